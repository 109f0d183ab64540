package org.dicomgateway.config;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * When something may happen: windows of the week, on the wall clock of a zone. Pure: it is asked about an instant.
 *
 * @param zone whose wall clock and daylight saving apply
 * @param windows open while any of them is; none at all: always open
 */
public record Schedule(ZoneId zone, List<Window> windows) {

    /** Always open. */
    public static final Schedule ALWAYS = new Schedule(ZoneId.of("UTC"), List.of());

    private static final int DAYS_AHEAD = 8;

    /** Copies the list. */
    public Schedule {
        windows = List.copyOf(windows);
    }

    /**
     * A stretch of time that begins on certain days.
     *
     * @param days on which it begins; never empty
     * @param from its first moment
     * @param to the moment it is over: on the next day when not after {@code from}
     */
    public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to) {

        /** Copies the set. */
        public Window {
            days = Set.copyOf(days);
        }

        private boolean contains(ZonedDateTime moment) {
            LocalTime time = moment.toLocalTime();
            boolean today = days.contains(moment.getDayOfWeek());
            if (from.isBefore(to)) {
                return today && !time.isBefore(from) && time.isBefore(to);
            }
            boolean yesterday = days.contains(moment.getDayOfWeek().minus(1));
            return (today && !time.isBefore(from)) || (yesterday && time.isBefore(to));
        }
    }

    /** Whether it is open at this moment. */
    public boolean isOpen(Instant moment) {
        return windows.isEmpty() || isOpen(moment.atZone(zone));
    }

    private boolean isOpen(ZonedDateTime moment) {
        return windows.stream().anyMatch(window -> window.contains(moment));
    }

    /** The first moment, from this one on, at which it is open. */
    public Instant nextOpen(Instant moment) {
        if (isOpen(moment)) {
            return moment;
        }
        LocalDate today = moment.atZone(zone).toLocalDate();
        return LongStream.range(0, DAYS_AHEAD)
                .mapToObj(today::plusDays)
                .flatMap(day -> windows.stream().map(window -> firstMoment(day.atTime(window.from()))))
                .filter(begin -> !begin.isBefore(moment) && isOpen(begin))
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalStateException("a window opens at least once a week: " + this));
    }

    /** Whether there is ever a moment at which both are open: looked for in a winter's week and in a summer's. */
    boolean meets(Schedule other) {
        return Stream.of("2026-01-05T00:00:00Z", "2026-07-06T00:00:00Z")
                .map(Instant::parse)
                .anyMatch(monday -> meets(other, monday, monday.plus(Duration.ofDays(DAYS_AHEAD))));
    }

    /** From opening to opening, now of the one and now of the other, until one finds the other open. */
    private boolean meets(Schedule other, Instant begin, Instant end) {
        Instant moment = begin;
        while (moment.isBefore(end)) {
            moment = nextOpen(moment);
            if (other.isOpen(moment)) {
                return true;
            }
            moment = other.nextOpen(moment);
            if (isOpen(moment)) {
                return true;
            }
        }
        return false;
    }

    /** The first moment at or after this wall-clock time: a time that daylight saving skips is over when it begins. */
    private Instant firstMoment(LocalDateTime time) {
        ZoneOffsetTransition transition = zone.getRules().getTransition(time);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : time.atZone(zone).toInstant();
    }
}
