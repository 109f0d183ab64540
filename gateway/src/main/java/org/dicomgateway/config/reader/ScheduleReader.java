package org.dicomgateway.config.reader;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Schedule.Window;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.settings.Words;

/** Reads a schedule. */
final class ScheduleReader {

    private static final Pattern TIME = Pattern.compile("([01]\\d|2[0-3]):[0-5]\\d");
    private static final String END_OF_DAY = "24:00";

    private static final Map<String, Set<DayOfWeek>> DAYS = new LinkedHashMap<>();

    static {
        DAYS.put("daily", EnumSet.allOf(DayOfWeek.class));
        DAYS.put("weekdays", EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY));
        DAYS.put("weekends", EnumSet.range(DayOfWeek.SATURDAY, DayOfWeek.SUNDAY));
        for (DayOfWeek day : DayOfWeek.values()) {
            DAYS.put(day.name().toLowerCase(Locale.ROOT).substring(0, 3), Set.of(day));
        }
    }

    private ScheduleReader() {}

    /** A window requires a time zone: the gateway must not guess which clock the operator means. */
    static Setting<Schedule> read(Section block) {
        Setting<List<Window>> windows = block.node("windows")
                .flatMap(node -> node.all(node.elements().stream()
                        .map(element -> element.flatMap(ScheduleReader::window))
                        .toList()));
        boolean ever = windows.isValid() && windows.get().isEmpty();
        Setting<Schedule> schedule = windows.map(none -> Schedule.ALWAYS);
        if (ever) {
            block.optional("zone", ScheduleReader::zone);
        } else {
            Setting<ZoneId> zone = block.node("zone").flatMap(ScheduleReader::zone);
            schedule = zone.flatMap(there -> windows.map(list -> new Schedule(there, list)));
        }
        block.finish();
        return schedule;
    }

    private static Setting<ZoneId> zone(Node node) {
        return node.text().map(text -> {
            try {
                return ZoneId.of(text);
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("no time zone is called '" + text + "'; "
                        + Suggestions.nearest(text, ZoneId.getAvailableZoneIds())
                                .orElse("write one such as Europe/Berlin or UTC"));
            }
        });
    }

    private static Setting<Window> window(Node node) {
        return node.section().flatMap(block -> {
            Setting<List<Set<DayOfWeek>>> days = block.texts("days", ScheduleReader::days);
            Setting<LocalTime> from = block.text("from").map(ScheduleReader::time);
            Setting<LocalTime> to =
                    block.text("to").map(text -> text.equals(END_OF_DAY) ? LocalTime.MIDNIGHT : time(text));
            block.finish();
            return days.flatMap(sets -> from.flatMap(begin -> to.map(end -> new Window(union(sets), begin, end))));
        });
    }

    private static Set<DayOfWeek> days(String text) {
        Set<DayOfWeek> days = DAYS.get(text);
        if (days == null) {
            throw Words.unknown("day", text, new ArrayList<>(DAYS.keySet()));
        }
        return days;
    }

    private static Set<DayOfWeek> union(List<Set<DayOfWeek>> sets) {
        Set<DayOfWeek> all = EnumSet.noneOf(DayOfWeek.class);
        sets.forEach(all::addAll);
        return all;
    }

    private static LocalTime time(String text) {
        if (!TIME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not a time of day: '" + text + "'; write hours and minutes, such as \"06:30\" or \"22:00\"");
        }
        return LocalTime.parse(text);
    }
}
