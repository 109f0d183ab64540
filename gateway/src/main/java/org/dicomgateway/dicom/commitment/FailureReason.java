package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.values.DimseStatus;

/**
 * Failure Reason (0008,1197), PS3.3 C.14.1.1.
 *
 * @param code the value of the attribute; peers may use values that the standard does not define
 */
public record FailureReason(int code) {

    /** Processing failure: the instance is here, and is not stored where it must be. */
    public static final FailureReason PROCESSING_FAILURE = new FailureReason(0x0110);

    /** No such object instance: the instance is not known. */
    public static final FailureReason NO_SUCH_OBJECT_INSTANCE = new FailureReason(0x0112);

    /** Class / instance conflict: the instance is known with another SOP class. */
    public static final FailureReason CLASS_INSTANCE_CONFLICT = new FailureReason(0x0119);

    /** The code and its meaning in the standard's words: {@code 0x0112, no such object instance}. */
    @Override
    public String toString() {
        return DimseStatus.format(code)
                + switch (code) {
                    case 0x0110 -> ", processing failure";
                    case 0x0112 -> ", no such object instance";
                    case 0x0119 -> ", class / instance conflict";
                    case 0x0122 -> ", referenced SOP class not supported";
                    case 0x0131 -> ", duplicate transaction UID";
                    case 0x0213 -> ", resource limitation";
                    default -> ", a reason that the standard does not define";
                };
    }
}
