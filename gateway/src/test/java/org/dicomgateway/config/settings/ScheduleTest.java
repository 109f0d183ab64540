package org.dicomgateway.config.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dicomgateway.config.settings.Schedule.Window;

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

    @Example
    void a_weekly_window_that_daylight_saving_skips_altogether_opens_a_week_later() {
        Schedule skipped = weekly(DayOfWeek.SUNDAY, LocalTime.of(2, 0), LocalTime.of(3, 0));
        // On 2026-03-29 the clock goes from 02:00 to 03:00, at 01:00 UTC.
        assertThat(skipped.nextOpen(Instant.parse("2026-03-27T12:00:00Z")))
                .isEqualTo(Instant.parse("2026-04-05T00:00:00Z"));
        assertThat(skipped.nextOpen(Instant.parse("2026-03-29T01:00:00Z")))
                .isEqualTo(Instant.parse("2026-04-05T00:00:00Z"));
    }

    @Example
    void a_window_in_the_hour_that_the_clock_shows_twice_is_open_twice() {
        Schedule twice = weekly(DayOfWeek.SUNDAY, LocalTime.of(2, 30), LocalTime.of(3, 0));
        // On 2026-10-25 the clock goes from 03:00 to 02:00, at 01:00 UTC.
        assertThat(twice.nextOpen(Instant.parse("2026-10-25T00:00:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(twice.nextOpen(Instant.parse("2026-10-25T01:00:00Z")))
                .isEqualTo(Instant.parse("2026-10-25T01:30:00Z"));
        Schedule ending = weekly(DayOfWeek.SUNDAY, LocalTime.of(1, 0), LocalTime.of(2, 30));
        assertThat(ending.nextOpen(Instant.parse("2026-10-25T00:30:00Z")))
                .as("the clock is put back into it")
                .isEqualTo(Instant.parse("2026-10-25T01:00:00Z"));
    }

    @Example
    void a_window_without_a_day_is_none() {
        assertThatThrownBy(() -> new Window(Set.of(), LocalTime.NOON, LocalTime.MIDNIGHT))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Schedule weekly(DayOfWeek day, LocalTime from, LocalTime to) {
        return new Schedule(BERLIN, List.of(new Window(Set.of(day), from, to)));
    }

    /**
     * Every zone that ever changes its clock, around one of its changes; a minute is the finest that a window can say.
     */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void around_a_change_of_the_clock_it_opens_at_the_first_minute_that_the_wall_clock_shows_within_a_window(
            @ForAll("changes") Change change,
            @ForAll("windowsAround") List<AroundChange> around,
            @ForAll("leads") Duration lead) {
        Instant moment = change.at().minus(lead);
        LocalDateTime shown = LocalDateTime.ofInstant(change.at(), change.before());
        List<Window> windows = around.stream().map(window -> window.on(shown)).toList();
        Schedule schedule = new Schedule(change.zone(), windows);

        Instant next = schedule.nextOpen(moment);

        Instant expected = moment;
        while (!shows(expected, change.zone(), windows)) {
            expected = expected.plus(Duration.ofMinutes(1));
        }
        assertThat(next).isEqualTo(expected);
        for (Instant t = moment;
                t.isBefore(change.at().plus(Duration.ofHours(12)));
                t = t.plus(Duration.ofMinutes(1))) {
            assertThat(schedule.isOpen(t)).as("%s", t).isEqualTo(shows(t, change.zone(), windows));
        }
    }

    /** What open means, said in another way: a window's stretch of a calendar that has no zone covers what is shown. */
    private static boolean shows(Instant moment, ZoneId zone, List<Window> windows) {
        LocalDateTime shown = LocalDateTime.ofInstant(moment, zone);
        return windows.stream()
                .anyMatch(window -> Stream.of(shown.toLocalDate().minusDays(1), shown.toLocalDate())
                        .filter(day -> window.days().contains(day.getDayOfWeek()))
                        .anyMatch(day -> {
                            LocalDateTime from = day.atTime(window.from());
                            LocalDateTime to = day.atTime(window.to());
                            LocalDateTime end = to.isAfter(from) ? to : to.plusDays(1);
                            return !shown.isBefore(from) && shown.isBefore(end);
                        }));
    }

    /** A change of a zone's clock. */
    record Change(ZoneId zone, Instant at, ZoneOffset before) {}

    /**
     * A window that begins so long after the moment that the clock shows when it is changed, on days counted from
     * there.
     */
    record AroundChange(Set<Integer> days, int beginMinutes, int minutes) {

        Window on(LocalDateTime shown) {
            LocalDateTime begin = shown.plusMinutes(beginMinutes);
            LocalTime from = begin.toLocalTime().truncatedTo(ChronoUnit.MINUTES);
            return new Window(
                    days.stream().map(day -> begin.getDayOfWeek().plus(day)).collect(Collectors.toSet()),
                    from,
                    from.plusMinutes(minutes));
        }
    }

    @Provide
    static Arbitrary<Change> changes() {
        Instant from = Instant.parse("2009-01-01T00:00:00Z");
        Instant to = Instant.parse("2040-01-01T00:00:00Z");
        List<Change> all = new ArrayList<>();
        for (String name : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            ZoneId zone = ZoneId.of(name);
            for (ZoneOffsetTransition next = zone.getRules().nextTransition(from);
                    next != null && next.getInstant().isBefore(to);
                    next = zone.getRules().nextTransition(next.getInstant())) {
                all.add(new Change(zone, next.getInstant(), next.getOffsetBefore()));
            }
        }
        return Arbitraries.of(all);
    }

    @Provide
    static Arbitrary<List<AroundChange>> windowsAround() {
        Arbitrary<Integer> begins = Arbitraries.integers().between(-180, 180);
        Arbitrary<Integer> lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 180), Arbitraries.integers().between(1, 24 * 60));
        Arbitrary<Set<Integer>> days = Arbitraries.oneOf(
                Arbitraries.just(Set.of(0)),
                Arbitraries.integers().between(0, 6).set().ofMinSize(1).ofMaxSize(7));
        return Combinators.combine(days, begins, lengths)
                .as(AroundChange::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(2);
    }

    @Provide
    static Arbitrary<Duration> leads() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(-300, 300),
                        Arbitraries.integers().between(-300, 9 * 24 * 60))
                .map(Duration::ofMinutes);
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
        assertThat(next).isAfterOrEqualTo(moment).isBefore(moment.plus(Duration.ofDays(15)));
        assertThat(schedule.isOpen(next)).isTrue();
        for (Instant t = moment; t.isBefore(next); t = t.plus(Duration.ofMinutes(17))) {
            assertThat(schedule.isOpen(t)).as("%s, before %s", t, next).isFalse();
        }
    }

    @Property(tries = 200)
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
