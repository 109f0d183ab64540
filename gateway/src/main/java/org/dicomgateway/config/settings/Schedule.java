package org.dicomgateway.config.settings;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * When something may happen: windows of the week, on the wall clock of a zone. Pure: it is asked about an instant.
 *
 * <p>It is open whenever the wall clock shows a time within a window, and at no other moment. So of a window that daylight
 * saving skips, in part or whole, only what the clock shows is open; and what the clock shows twice is open twice.
 *
 * @param zone whose wall clock and daylight saving apply
 * @param windows open while any of them is; none at all: always open
 */
public record Schedule(ZoneId zone, List<Window> windows) {

    /** Always open. */
    public static final Schedule ALWAYS = new Schedule(ZoneId.of("UTC"), List.of());

    private static final int DAYS_OF_A_WEEK = 7;

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
            if (days.isEmpty()) {
                throw new IllegalArgumentException("a window without a day never opens");
            }
        }

        /** When it begins next, on a wall clock that nobody touches until then. */
        private LocalDateTime beginAfter(LocalDateTime wallClock) {
            return IntStream.rangeClosed(0, DAYS_OF_A_WEEK)
                    .mapToObj(wallClock.toLocalDate()::plusDays)
                    .filter(day -> days.contains(day.getDayOfWeek()))
                    .map(day -> day.atTime(from))
                    .filter(begin -> begin.isAfter(wallClock))
                    .findFirst()
                    .orElseThrow();
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
        Instant at = moment;
        while (!isOpen(at)) {
            at = nextChange(at);
        }
        return at;
    }

    /** The next moment at which it may open: a window begins, or the zone's clock is put forward or back. */
    private Instant nextChange(Instant after) {
        ZoneOffset offset = zone.getRules().getOffset(after);
        LocalDateTime wallClock = LocalDateTime.ofInstant(after, offset);
        Instant begin = windows.stream()
                .map(window -> window.beginAfter(wallClock))
                .min(Comparator.naturalOrder())
                .orElseThrow()
                .toInstant(offset);
        ZoneOffsetTransition transition = zone.getRules().nextTransition(after);
        return transition == null || begin.isBefore(transition.getInstant()) ? begin : transition.getInstant();
    }

    /** Whether there is ever a moment at which both are open: looked for in a winter's week and in a summer's. */
    public boolean meets(Schedule other) {
        return Stream.of("2026-01-05T00:00:00Z", "2026-07-06T00:00:00Z")
                .map(Instant::parse)
                .anyMatch(monday -> meets(other, monday, monday.plus(Duration.ofDays(DAYS_OF_A_WEEK + 1))));
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
}
