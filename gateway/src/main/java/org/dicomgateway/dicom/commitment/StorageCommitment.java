package org.dicomgateway.dicom.commitment;

import org.dicomgateway.dicom.values.AbstractSyntaxes;
import org.dicomgateway.dicom.values.Uid;

/** The constants of the Storage Commitment Push Model SOP Class (PS3.4 J.3). */
public final class StorageCommitment {

    /** Storage Commitment Push Model SOP Class. */
    public static final Uid SOP_CLASS = Uid.of(AbstractSyntaxes.STORAGE_COMMITMENT);

    /** The one well-known instance of the class (PS3.4 J.3.5). */
    public static final Uid SOP_INSTANCE = Uid.of("1.2.840.10008.1.20.1.1");

    /** Action Type ID: Request Storage Commitment (PS3.4 J.3.2). */
    public static final int REQUEST = 1;

    /** Event Type ID: Storage Commitment Request Successful (PS3.4 J.3.3). */
    public static final int SUCCESSFUL = 1;

    /** Event Type ID: Storage Commitment Request Complete, Failures Exist (PS3.4 J.3.3). */
    public static final int FAILURES_EXIST = 2;

    private StorageCommitment() {}
}
