package org.dicomgateway.transform;

import java.util.List;
import java.util.Set;
import org.dicomgateway.config.transform.PrivateElement;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;

/** The private elements that the operator knows to be safe (PS3.15 E.3.10), wherever their blocks are. Immutable. */
final class SafePrivateElements {

    private final Set<PrivateElement> safe;

    SafePrivateElements(List<PrivateElement> safe) {
        this.safe = Set.copyOf(safe);
    }

    /** Whether the element may stay: it is listed, or reserves the block of one that is. Never a sequence. */
    boolean isSafe(Element element, Elements within) {
        if (safe.isEmpty() || element.isSequence() || element.fragments()) {
            return false;
        }
        int tag = element.tag();
        if (!Element.isPrivateCreator(tag)) {
            return isListed(tag, within);
        }
        return within.all().stream()
                .anyMatch(each -> !each.isSequence()
                        && !each.fragments()
                        && each.tag() >>> 16 == tag >>> 16
                        && (each.tag() >>> 8 & 0xFF) == (tag & 0xFF)
                        && isListed(each.tag(), within));
    }

    /** The creator has one value, which is that of the list. */
    private boolean isListed(int tag, Elements within) {
        int block = tag >>> 8 & 0xFF;
        List<String> creators = within.ascii((tag & 0xFFFF0000) | block);
        return block >= 0x10
                && creators.size() == 1
                && safe.contains(new PrivateElement(creators.get(0).strip(), tag >>> 16, tag & 0xFF));
    }
}
