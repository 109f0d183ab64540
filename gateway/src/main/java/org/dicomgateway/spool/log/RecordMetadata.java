package org.dicomgateway.spool.log;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a record of the log says of its instance, as JSON: who sent it, what it is, and where it must go. With the body
 * this is all that the ledger needs to be rebuilt.
 */
public record RecordMetadata(
        String sopClass,
        String sopInstance,
        String transferSyntax,
        String study,
        String series,
        String patientId,
        String accession,
        String modality,
        String calling,
        String called,
        String remote,
        String receivedAt,
        long rules,
        List<Delivery> deliveries) {

    /** A {@link Plan.PlannedDelivery}. */
    record Delivery(String route, int copy, List<String> candidates, int priority, boolean nextWhenRefused) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public static RecordMetadata of(Instance instance, Plan plan) {
        return new RecordMetadata(
                instance.sopClass().value(),
                instance.sopInstance().value(),
                instance.transferSyntax().uid().value(),
                instance.studyInstanceUid(),
                instance.seriesInstanceUid(),
                instance.patientId(),
                instance.accessionNumber(),
                instance.modality(),
                instance.origin().calling().value(),
                instance.origin().called().value(),
                instance.origin().remoteHost(),
                instance.receivedAt().toString(),
                plan.rulesVersion(),
                plan.deliveries().stream()
                        .map(d -> new Delivery(d.route(), d.copy(), d.candidates(), d.priority(), d.nextWhenRefused()))
                        .toList());
    }

    public byte[] toJson() {
        return JSON.writeValueAsBytes(this);
    }

    /**
     * Reads the metadata of a record.
     *
     * @throws IOException when this is not such metadata. The message holds nothing of it
     */
    public static RecordMetadata fromJson(byte[] json) throws IOException {
        try {
            RecordMetadata metadata = JSON.readValue(json, RecordMetadata.class);
            // Whatever is wrong with the values shows here, not in the middle of a replay.
            metadata.instance(1, 0);
            metadata.plan();
            return metadata;
        } catch (RuntimeException e) {
            // Without its cause: the parser's messages quote what they could not parse.
            throw new IOException("the metadata of a record is not of this version: "
                    + e.getClass().getSimpleName());
        }
    }

    public Instance instance(long id, long datasetLength) {
        return new Instance(
                id,
                Uid.of(sopClass),
                Uid.of(sopInstance),
                TransferSyntax.of(transferSyntax),
                study,
                series,
                patientId,
                accession,
                modality,
                new Origin(AeTitle.of(calling), AeTitle.of(called), remote),
                Instant.parse(receivedAt),
                datasetLength);
    }

    public Plan plan() {
        return new Plan(
                rules,
                deliveries.stream()
                        .map(d -> new Plan.PlannedDelivery(
                                d.route(), d.copy(), d.candidates(), d.priority(), d.nextWhenRefused()))
                        .toList());
    }
}
