package org.dicomgateway.dicom.commitment;

/** Failure Reason (0008,1197), PS3.3 C.14.1.1: the reasons that the gateway gives. */
public enum FailureReason {
    /** Processing failure: the instance is here, and is not stored where it must be. */
    PROCESSING_FAILURE(0x0110),
    /** No such object instance: the instance is not known. */
    NO_SUCH_OBJECT_INSTANCE(0x0112),
    /** Class / instance conflict: the instance is known with another SOP class. */
    CLASS_INSTANCE_CONFLICT(0x0119);

    private final int code;

    FailureReason(int code) {
        this.code = code;
    }

    /** The value of the attribute. */
    public int code() {
        return code;
    }
}
