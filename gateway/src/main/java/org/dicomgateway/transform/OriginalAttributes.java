package org.dicomgateway.transform;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.TextEncoding;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * Records what rules changed in the instance itself: Original Attributes Sequence (PS3.3 C.12.1.1.9). Of a change
 * within a sequence, the whole top-level sequence is recorded. Immutable.
 */
final class OriginalAttributes {

    private static final int ORIGINAL_ATTRIBUTES = 0x04000561;
    private static final int MODIFIED_ATTRIBUTES = 0x04000550;
    private static final int MODIFICATION_DATE_TIME = 0x04000562;
    private static final int MODIFYING_SYSTEM = 0x04000563;
    private static final int SOURCE_OF_PREVIOUS_VALUES = 0x04000564;
    private static final int REASON = 0x04000565;
    private static final DateTimeFormatter DATE_TIME =
            DateTimeFormatter.ofPattern("uuuuMMddHHmmss'+0000'").withZone(ZoneOffset.UTC);

    private final String source;
    private final Instant at;

    /**
     * @param source who sent the instance
     * @param at when the gateway received it: each attempt to send it says the same
     */
    OriginalAttributes(String source, Instant at) {
        this.source = source;
        this.at = at;
    }

    /**
     * Adds an item with the values before.
     *
     * @param before a copy of the dataset before the rules; it is changed here
     * @throws UntransformableException when a value cannot be converted to the character set that the dataset has now
     */
    void record(Elements before, Elements dataset) throws UntransformableException {
        if (!dataset.ascii(Elements.SPECIFIC_CHARACTER_SET).equals(before.ascii(Elements.SPECIFIC_CHARACTER_SET))) {
            TextEncoding.convertToUnicode(before);
        }
        Elements modified = new Elements();
        for (Element old : before.all()) {
            Optional<Element> now = dataset.get(old.tag());
            if (old.tag() != ORIGINAL_ATTRIBUTES && (now.isEmpty() || !old.isSameAs(now.get()))) {
                modified.put(old);
            }
        }
        if (modified.isEmpty()) {
            return;
        }
        Elements item = new Elements();
        item.put(Element.sequence(MODIFIED_ATTRIBUTES, "SQ", List.of(modified)));
        item.putAscii(MODIFICATION_DATE_TIME, "DT", DATE_TIME.format(at));
        item.putAscii(MODIFYING_SYSTEM, "LO", "DICOM Gateway");
        item.putAscii(SOURCE_OF_PREVIOUS_VALUES, "LO", source);
        item.putAscii(REASON, "CS", "COERCE");
        List<Elements> items = new ArrayList<>(
                dataset.get(ORIGINAL_ATTRIBUTES).map(Element::itemsOrNone).orElse(List.of()));
        items.add(item);
        dataset.put(Element.sequence(ORIGINAL_ATTRIBUTES, "SQ", items));
    }
}
