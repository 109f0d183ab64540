package org.dicomgateway.dicom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;

/** Sends one instance as it should be done, on an association of its own. */
final class GoodSender {

    private static final PresentationPair CT =
            new PresentationPair(Uid.of(RawPeer.CT), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    private static final byte[] DATASET =
            EncodedDataset.ofCt(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN).toByteArray();

    private GoodSender() {}

    /** Until it was answered with success; how long that took. */
    static Duration store(Peer peer) throws AssociationException, IOException {
        long begin = System.nanoTime();
        try (OpenAssociation association =
                Requestor.of(Limits.requestor()).open(peer, AeTitle.of("GOOD"), List.of(CT))) {
            assertThat(association.cStore(CT, Uid.of("1.2.3.4"), new ByteArrayInputStream(DATASET)))
                    .isEqualTo(DimseStatus.SUCCESS);
            return Duration.ofNanos(System.nanoTime() - begin);
        }
    }
}
