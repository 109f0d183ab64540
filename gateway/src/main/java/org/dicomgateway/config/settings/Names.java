package org.dicomgateway.config.settings;

import java.util.Optional;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** Replaces the standard's names in a pattern with UIDs, once, so that later only UIDs are compared. */
public final class Names {

    private Names() {}

    public static String sopClass(String text) {
        return isUidPattern(text)
                ? text
                : Dictionary.sopClass(text)
                        .map(Uid::value)
                        .orElseThrow(() -> unknown("SOP class", text, Dictionary.nearestSopClass(text)));
    }

    public static String transferSyntax(String text) {
        return isUidPattern(text)
                ? text
                : Dictionary.transferSyntax(text)
                        .map(TransferSyntax::toString)
                        .orElseThrow(() -> unknown("transfer syntax", text, Dictionary.nearestTransferSyntax(text)));
    }

    /** Exactly one transfer syntax, not a pattern. */
    public static TransferSyntax oneTransferSyntax(String text) {
        return TransferSyntax.of(transferSyntax(text));
    }

    private static boolean isUidPattern(String text) {
        return text.chars().allMatch(c -> c == '.' || c == '*' || c == '?' || (c >= '0' && c <= '9'));
    }

    private static IllegalArgumentException unknown(String kind, String text, Optional<String> nearest) {
        return new IllegalArgumentException("no " + kind + " is called '" + text + "'; "
                + nearest.map(word -> "did you mean " + word + "?")
                        .orElse("write a name of the standard, or a UID; it may contain * and ?"));
    }
}
