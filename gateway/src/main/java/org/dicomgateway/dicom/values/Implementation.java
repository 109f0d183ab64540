package org.dicomgateway.dicom.values;

/** How the gateway identifies its implementation to peers and in files (PS3.7 D.3.3.2). */
public final class Implementation {

    /** Made from a random UUID (PS3.5 B.2). It changes only when the encoding of the gateway's files changes. */
    public static final String CLASS_UID = "2.25.257388466939293223232145972387700161044";

    /** At most 16 characters. */
    public static final String VERSION_NAME = "DICOMGW_01";

    private Implementation() {}
}
