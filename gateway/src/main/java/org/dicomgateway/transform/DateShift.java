package org.dicomgateway.transform;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shifts the dates in values by whole days. Only complete dates can be shifted: of others, nothing is guessed. */
final class DateShift {

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuuMMdd").withResolverStyle(ResolverStyle.STRICT);
    /** Before the year 0 there is a sign. */
    private static final int LENGTH = 8;

    private static final Pattern BEGINS_WITH_DATE = Pattern.compile("(\\d{8})(.*)");

    private DateShift() {}

    /** A date or date and time, so many days earlier; empty when it does not begin with a complete, real date. */
    static Optional<String> back(String value, int days) {
        Matcher matcher = BEGINS_WITH_DATE.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        UnaryOperator<String> shifted =
                date -> LocalDate.parse(date, DATE).minusDays(days).format(DATE);
        try {
            String date = shifted.apply(matcher.group(1));
            return date.length() == LENGTH ? Optional.of(date + matcher.group(2)) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
