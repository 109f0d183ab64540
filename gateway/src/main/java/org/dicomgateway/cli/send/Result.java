package org.dicomgateway.cli.send;

import org.dicomgateway.dicom.values.DimseStatus;

/**
 * What became of a file.
 *
 * @param status of the last C-STORE response; {@link #NO_STATUS} when there was none
 * @param reason why it is not stored; empty when it is
 * @param attempts how often it was sent; 0 when it never was
 */
public record Result(DicomFile file, int status, String reason, int attempts) {

    /** No C-STORE response came, or none was asked for. */
    public static final int NO_STATUS = -1;

    /** Whether the peer says that it has the instance. */
    public boolean isStored() {
        return status != NO_STATUS
                && (DimseStatus.kindOf(status) != DimseStatus.Kind.FAILURE
                        || status == DimseStatus.DUPLICATE_SOP_INSTANCE);
    }
}
