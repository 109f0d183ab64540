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
 * When something may happen: windows of the week, in the local time of a zone. Pure: the caller passes the time.
 *
 * <p>It is open exactly when the local time is within a window. When daylight saving skips a part of a window, that
 * part is never open. When daylight saving repeats a part, it is open twice.
 *
 * @param zone the time zone, including its daylight saving
 * @param windows open while any window is open; without windows: always open
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
     * A period that begins on certain days.
     *
     * @param days the days on which it begins; never empty
     * @param from its start
     * @param to its end: on the next day when it is not after {@code from}
     */
    public record Window(Set<DayOfWeek> days, LocalTime from, LocalTime to) {

        /** Copies the set. */
        public Window {
            days = Set.copyOf(days);
            if (days.isEmpty()) {
                throw new IllegalArgumentException("a window needs at least one day");
            }
        }

        /** The next start of this window in local time, without clock changes. */
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

    /** The next moment at which it can open: a window begins, or the clock of the zone changes. */
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

    /** Whether both schedules are ever open at the same time. Checks one week in winter and one in summer. */
    public boolean meets(Schedule other) {
        return Stream.of("2026-01-05T00:00:00Z", "2026-07-06T00:00:00Z")
                .map(Instant::parse)
                .anyMatch(monday -> meets(other, monday, monday.plus(Duration.ofDays(DAYS_OF_A_WEEK + 1))));
    }

    /** Goes from opening to opening, alternating between the schedules, until both are open. */
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
