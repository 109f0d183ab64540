package org.dicomgateway.config.reader;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * A pattern for values that the standard does not allow: PS3.5 6.2 says which characters a value representation has.
 * Regular expressions are not checked.
 *
 * @param what the condition, and why no value of it can occur
 * @param remedy what to write
 */
record ImpossibleValue(String what, String remedy) {

    private static final int MAX_AE_TITLE = 16;

    /**
     * What a value representation allows.
     *
     * @param characters matches a text of allowed characters
     * @param words the allowed characters in words
     */
    private record Allowed(Pattern characters, String words) {

        private static Allowed of(String characters, String words) {
            return new Allowed(Pattern.compile("[" + characters + "]*"), words);
        }

        private boolean permits(String text) {
            return characters.matcher(text).matches();
        }
    }

    private static final Map<String, Allowed> BY_REPRESENTATION = Map.of(
            "CS", Allowed.of("A-Z0-9 _", "only upper case letters, digits, blanks and _"),
            "UI", Allowed.of("0-9.", "only digits and points"),
            "DA", Allowed.of("0-9", "only digits: YYYYMMDD"),
            "TM", Allowed.of("0-9.", "only digits and a point: HHMMSS"),
            "AS", Allowed.of("0-9DWMY", "only digits and D, W, M or Y"),
            "IS", Allowed.of("0-9+-", "only digits, + and -"),
            "DS", Allowed.of("0-9+.Ee-", "only digits, +, -, . and E"));

    /** Everything in a condition that matches no value. */
    static List<ImpossibleValue> in(Condition condition) {
        return values(condition)
                .flatMap(value -> texts(value.pattern()).flatMap(text -> check(value.field(), text).stream()))
                .toList();
    }

    private static Stream<Value> values(Condition condition) {
        return condition.match(
                all -> all.conditions().stream().flatMap(ImpossibleValue::values),
                not -> values(not.condition()),
                Stream::of,
                host -> Stream.of());
    }

    private static Stream<Wildcard> texts(ValuePattern pattern) {
        if (pattern instanceof Wildcard text) {
            return Stream.of(text);
        }
        return pattern instanceof ValuePattern.AnyOf list
                ? list.patterns().stream().flatMap(ImpossibleValue::texts)
                : Stream.of();
    }

    private static Optional<ImpossibleValue> check(Field field, Wildcard text) {
        String never = field + " = " + text + " matches no value: ";
        return switch (field.kind()) {
            case CALLING_AE, CALLED_AE ->
                text.minLength() <= MAX_AE_TITLE
                        ? Optional.empty()
                        : Optional.of(new ImpossibleValue(
                                never + "an AE title has at most " + MAX_AE_TITLE + " characters", "correct it"));
            case ATTRIBUTE -> characters(field, text, never);
            case SOP_CLASS, TRANSFER_SYNTAX -> Optional.empty();
        };
    }

    private static Optional<ImpossibleValue> characters(Field field, Wildcard text, String never) {
        String representation = Dictionary.valueRepresentation(field.tag());
        Allowed allowed = BY_REPRESENTATION.get(representation);
        UnaryOperator<String> upper = literal -> literal.toUpperCase(Locale.ROOT);
        String literal = text.literalCharacters();
        if (allowed == null || allowed.permits(text.ignoresCase() ? upper.apply(literal) : literal)) {
            return Optional.empty();
        }
        return Optional.of(new ImpossibleValue(
                never + "a value of " + field + " (" + representation + ", PS3.5 6.2) has " + allowed.words(),
                allowed.permits(upper.apply(literal))
                        ? "write it in upper case, or { ignore-case = … }"
                        : "correct it"));
    }
}
