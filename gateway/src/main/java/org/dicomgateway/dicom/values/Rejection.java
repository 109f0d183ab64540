package org.dicomgateway.dicom.values;

/**
 * An A-ASSOCIATE-RJ (PS3.8 9.3.4).
 *
 * @param result 1 permanent, 2 transient
 * @param source 1 service user, 2 service provider (ACSE), 3 service provider (presentation)
 * @param reason its meaning depends on the source; see the constants here
 * @param text the reason in words, for the log; never sent
 */
public record Rejection(int result, int source, int reason, String text) implements AssociationAnswer {

    /** Permanent, service user, no reason given (1/1/1): the peer is known, but not permitted. */
    public static Rejection notAllowed(String text) {
        return new Rejection(1, 1, 1, text);
    }

    /** Permanent, service user, called AE title not recognized (1/1/7). */
    public static Rejection calledAeTitleNotRecognized(String text) {
        return new Rejection(1, 1, 7, text);
    }

    /** Permanent, service user, calling AE title not recognized (1/1/3). */
    public static Rejection callingAeTitleNotRecognized(String text) {
        return new Rejection(1, 1, 3, text);
    }

    /** Transient, presentation layer, temporary congestion (2/3/1). */
    public static Rejection temporaryCongestion(String text) {
        return new Rejection(2, 3, 1, text);
    }

    /** Transient, presentation layer, local limit exceeded (2/3/2). */
    public static Rejection localLimitExceeded(String text) {
        return new Rejection(2, 3, 2, text);
    }

    /** Whether the same request may be accepted later. */
    public boolean isTransient() {
        return result == 2;
    }

    /** Result, source and reason, as in {@code 1/1/3}. */
    public String code() {
        return result + "/" + source + "/" + reason;
    }

    @Override
    public String toString() {
        return code() + " (" + text + ")";
    }
}
