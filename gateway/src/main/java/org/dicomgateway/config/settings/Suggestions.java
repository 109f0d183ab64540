package org.dicomgateway.config.settings;

import java.util.Collection;
import java.util.Optional;
import org.dicomgateway.dicom.values.Nearest;

/** Suggests the word that an operator probably meant. */
public final class Suggestions {

    private Suggestions() {}

    /** {@code did you mean 'x'?}, or else the known words. */
    public static String remedy(String written, Collection<String> known) {
        return nearest(written, known).orElseGet(() -> known.isEmpty() ? "" : "known are " + String.join(", ", known));
    }

    /** {@code did you mean 'x'?}, when a known word is similar enough. */
    public static Optional<String> nearest(String written, Collection<String> known) {
        return Nearest.of(written, known).map(word -> "did you mean '" + word + "'?");
    }
}
