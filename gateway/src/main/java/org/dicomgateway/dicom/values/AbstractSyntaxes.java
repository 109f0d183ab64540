package org.dicomgateway.dicom.values;

import java.util.List;

/** The abstract syntaxes that the gateway accepts. */
public final class AbstractSyntaxes {

    /** C-ECHO (PS3.4 Annex A). */
    public static final String VERIFICATION =
            PresentationPair.VERIFICATION.sopClass().value();

    /** The Storage Commitment Push Model SOP Class (PS3.4 Annex J). */
    public static final String STORAGE_COMMITMENT = "1.2.840.10008.1.20.1";

    private static final String DICOM_ROOT = "1.2.840.10008.";

    /** The roots under which the standard assigns new storage SOP classes. */
    private static final List<String> STORAGE_ROOTS =
            List.of("1.2.840.10008.5.1.4.1.1.", "1.2.840.10008.5.1.4.34.7", "1.2.840.10008.5.1.4.34.10");

    /** UIDs under those roots that are not storage: protocol approval and inventory query, retrieve and creation. */
    private static final List<String> NOT_STORAGE = List.of(
            "1.2.840.10008.5.1.4.1.1.200.4",
            "1.2.840.10008.5.1.4.1.1.200.5",
            "1.2.840.10008.5.1.4.1.1.200.6",
            "1.2.840.10008.5.1.4.1.1.201.2",
            "1.2.840.10008.5.1.4.1.1.201.3",
            "1.2.840.10008.5.1.4.1.1.201.4",
            "1.2.840.10008.5.1.4.1.1.201.5");

    private AbstractSyntaxes() {}

    /**
     * Whether the gateway accepts instances of this SOP class. It accepts every class that the standard stores by
     * C-STORE, including future ones, and every private class. It does not accept other services of the standard.
     */
    public static boolean isStorage(String uid) {
        if (!Uid.isValid(uid)) {
            return false;
        }
        if (!uid.startsWith(DICOM_ROOT) || UidNames.kindOf(uid) == UidNames.Kind.STORAGE_SOP_CLASS) {
            return true;
        }
        boolean unknown = UidNames.nameOf(Uid.of(uid)).isEmpty();
        return unknown && STORAGE_ROOTS.stream().anyMatch(uid::startsWith) && !NOT_STORAGE.contains(uid);
    }
}
