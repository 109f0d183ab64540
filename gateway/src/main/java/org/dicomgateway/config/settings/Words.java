package org.dicomgateway.config.settings;

import java.util.Arrays;
import java.util.List;

/** Enumerations as the operator writes them. */
public final class Words {

    private Words() {}

    /**
     * The constant that is written like this.
     *
     * @throws IllegalArgumentException with a message fit for an operator, when no constant is written like that
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
        return new IllegalArgumentException("no " + key + ": '" + text + "'; " + Suggestions.remedy(text, known));
    }
}
