package org.dicomgateway.dicom.values;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The content of a presentation context: one SOP class in exactly one transfer syntax. */
public record PresentationPair(Uid sopClass, TransferSyntax transferSyntax) {

    /** How many contexts one association can propose: odd identifiers 1 to 255 (PS3.8 9.3.2.2). */
    public static final int MAX_PER_ASSOCIATION = 128;

    private static final Pattern REFUSAL = Pattern.compile(
            "the destination accepts no presentation context for SOP class (\\S+)" + " in transfer syntax (\\S+)");

    /** For C-ECHO (PS3.4 Annex A). */
    public static final PresentationPair VERIFICATION =
            new PresentationPair(Uid.of("1.2.840.10008.1.1"), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

    /** The reason of a delivery to a destination that did not accept this pair. */
    public String refusal() {
        return "the destination accepts no presentation context for SOP class " + sopClass + " in transfer syntax "
                + transferSyntax;
    }

    /** The pair of this {@link #refusal} text; empty for any other text. */
    public static Optional<PresentationPair> ofRefusal(String text) {
        Matcher matcher = REFUSAL.matcher(text);
        return matcher.find() && Uid.isValid(matcher.group(1)) && Uid.isValid(matcher.group(2))
                ? Optional.of(new PresentationPair(Uid.of(matcher.group(1)), TransferSyntax.of(matcher.group(2))))
                : Optional.empty();
    }
}
