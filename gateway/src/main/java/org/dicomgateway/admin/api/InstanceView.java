package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.SpoolSearch.FoundInstance;

/**
 * An instance as it was received. Each receipt is an instance of its own.
 *
 * @param id its key in the spool
 * @param bytes length of the dataset
 * @param rulesVersion the version of the rules that planned its deliveries
 * @param routed false: no route applies to it, and it is held until one does
 */
public record InstanceView(
        long id,
        Instant receivedAt,
        String studyInstanceUid,
        String seriesInstanceUid,
        String sopInstanceUid,
        String sopClassUid,
        String transferSyntaxUid,
        String accessionNumber,
        String patientId,
        String modality,
        String callingAe,
        String calledAe,
        String remoteHost,
        long bytes,
        long rulesVersion,
        boolean routed,
        List<DeliveryView> deliveries) {

    /** Copies the list. */
    public InstanceView {
        deliveries = List.copyOf(deliveries);
    }

    public static InstanceView of(FoundInstance found) {
        Instance instance = found.instance();
        return new InstanceView(
                instance.id(),
                instance.receivedAt(),
                instance.studyInstanceUid(),
                instance.seriesInstanceUid(),
                instance.sopInstance().value(),
                instance.sopClass().value(),
                instance.transferSyntax().uid().value(),
                instance.accessionNumber(),
                instance.patientId(),
                instance.modality(),
                instance.origin().calling().value(),
                instance.origin().called().value(),
                instance.origin().remoteHost(),
                instance.datasetLength(),
                found.rulesVersion(),
                found.routed(),
                found.deliveries().stream().map(DeliveryView::of).toList());
    }
}
