package org.dicomgateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dicomgateway.config.Schedule.Window;

class ScheduleTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Schedule NIGHTS_AND_WEEKENDS = new Schedule(
            BERLIN,
            List.of(
                    new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(22, 0), LocalTime.of(6, 0)),
                    new Window(Set.of(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY), LocalTime.MIDNIGHT, LocalTime.MIDNIGHT)));

    @Example
    void nights_and_weekends_by_the_clock_of_the_zone() {
        // 2026-11-24 is a Tuesday; Berlin is one hour ahead of UTC then.
        assertThat(NIGHTS_AND_WEEKENDS.isOpen(Instant.parse("2026-11-24T20:59:59Z")))
                .isFalse();
        assertThat(NIGHTS_AND_WEEKENDS.isOpen(Instant.parse("2026-11-24T21:00:00Z")))
                .isTrue();
        assertThat(NIGHTS_AND_WEEKENDS.isOpen(Instant.parse("2026-11-25T04:59:59Z")))
                .isTrue();
        assertThat(NIGHTS_AND_WEEKENDS.isOpen(Instant.parse("2026-11-25T05:00:00Z")))
                .isFalse();
        assertThat(NIGHTS_AND_WEEKENDS.isOpen(Instant.parse("2026-11-28T12:00:00Z")))
                .isTrue();
        assertThat(NIGHTS_AND_WEEKENDS.nextOpen(Instant.parse("2026-11-24T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-11-24T21:00:00Z"));
    }

    @Example
    void daylight_saving_moves_the_window_with_the_clock() {
        assertThat(NIGHTS_AND_WEEKENDS.nextOpen(Instant.parse("2026-07-07T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-07-07T20:00:00Z"));
    }

    @Example
    void a_window_that_begins_in_the_hour_that_daylight_saving_skips_opens_at_its_end() {
        Schedule skipped = new Schedule(
                BERLIN, List.of(new Window(Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 30), LocalTime.of(5, 0))));
        // On 2026-03-29 the clock goes from 02:00 to 03:00, at 01:00 UTC.
        assertThat(skipped.nextOpen(Instant.parse("2026-03-28T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    }

    @Property
    void without_windows_it_is_always_open(@ForAll("moments") Instant moment) {
        assertThat(Schedule.ALWAYS.isOpen(moment)).isTrue();
        assertThat(Schedule.ALWAYS.nextOpen(moment)).isEqualTo(moment);
    }

    @Property
    void it_is_open_at_its_next_opening_and_closed_until_then(
            @ForAll("schedules") Schedule schedule, @ForAll("moments") Instant moment) {
        Instant next = schedule.nextOpen(moment);
        assertThat(next).isAfterOrEqualTo(moment).isBefore(moment.plus(Duration.ofDays(8)));
        assertThat(schedule.isOpen(next)).isTrue();
        for (Instant t = moment; t.isBefore(next); t = t.plus(Duration.ofMinutes(17))) {
            assertThat(schedule.isOpen(t)).as("%s, before %s", t, next).isFalse();
        }
    }

    @Property
    void a_window_is_open_for_as_long_as_it_says(@ForAll("windows") Window window) {
        Schedule schedule = new Schedule(ZoneId.of("UTC"), List.of(window));
        Instant monday = Instant.parse("2026-11-23T00:00:00Z");
        long open = 0;
        for (int minute = 0; minute < 7 * 24 * 60; minute++) {
            open += schedule.isOpen(monday.plus(Duration.ofMinutes(minute))) ? 1 : 0;
        }
        long length = Duration.between(window.from(), window.to()).toMinutes();
        long expected =
                (length <= 0 ? length + 24 * 60 : length) * window.days().size();
        assertThat(open).isEqualTo(expected);
    }

    @Provide
    static Arbitrary<Instant> moments() {
        return Arbitraries.longs().between(1_750_000_000L, 1_850_000_000L).map(Instant::ofEpochSecond);
    }

    @Provide
    static Arbitrary<Window> windows() {
        Arbitrary<LocalTime> times =
                Arbitraries.integers().between(0, 24 * 60 - 1).map(m -> LocalTime.of(m / 60, m % 60));
        return Combinators.combine(Arbitraries.of(DayOfWeek.class).set().ofMinSize(1), times, times)
                .as(Window::new);
    }

    @Provide
    static Arbitrary<Schedule> schedules() {
        Arbitrary<ZoneId> zones = Arbitraries.of(
                        "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
                .map(ZoneId::of);
        return Combinators.combine(zones, windows().list().ofMinSize(1).ofMaxSize(3))
                .as(Schedule::new);
    }
}
