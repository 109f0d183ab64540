package org.dicomgateway.config.settings;

import java.util.Arrays;
import java.util.List;

/** Converts words of the configuration into constants of enumerations. */
public final class Words {

    private Words() {}

    /**
     * The constant for this word.
     *
     * @throws IllegalArgumentException when there is none; the message is for the operator
     */
    public static <E extends Enum<E>> E of(String key, Class<E> type, String text) {
        List<E> constants = Arrays.asList(type.getEnumConstants());
        return constants.stream()
                .filter(constant -> Strategy.word(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> unknown(
                        key, text, constants.stream().map(Strategy::word).toList()));
    }

    public static IllegalArgumentException unknown(String key, String text, List<String> known) {
        return new IllegalArgumentException(
                "not a valid " + key + ": '" + text + "'; " + Suggestions.remedy(text, known));
    }
}
