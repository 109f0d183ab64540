package org.dicomgateway.dicom.commitment;

/** A request or a report of storage commitment that cannot be taken. */
public final class RefusedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedMessageException(int status, String why) {
        super(why);
        this.status = status;
    }

    /** The status of the response (PS3.7 10.1.1.1.8 and 10.1.4.1.10). */
    public int status() {
        return status;
    }
}
