package org.dicomgateway.spool.log;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The metadata of a record, as JSON: the sender, the instance, and its planned deliveries. Metadata and body are all
 * that a rebuild of the ledger needs.
 *
 * @param digest the {@link DatasetDigest}; null in a record of a version of the gateway without digests
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
        List<Delivery> deliveries,
        @Nullable String digest) {

    /** A {@link Plan.PlannedDelivery}. */
    record Delivery(String route, int copy, List<String> candidates, int priority, boolean nextWhenRefused) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public static RecordMetadata of(Instance instance, Plan plan, DatasetDigest digest) {
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
                        .toList(),
                digest.toString());
    }

    public byte[] toJson() {
        return JSON.writeValueAsBytes(this);
    }

    /**
     * Reads the metadata of a record.
     *
     * @throws IOException when the bytes are not such metadata. The message contains none of them
     */
    public static RecordMetadata fromJson(byte[] json) throws IOException {
        try {
            RecordMetadata metadata = JSON.readValue(json, RecordMetadata.class);
            // Find invalid values here, not in the middle of a replay.
            metadata.instance(1, 0);
            metadata.plan();
            metadata.datasetDigest();
            return metadata;
        } catch (RuntimeException e) {
            // No cause: the parser's messages quote the text that they could not parse.
            throw new IOException("the metadata of a record does not fit this version: "
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

    public Optional<DatasetDigest> datasetDigest() {
        return Optional.ofNullable(digest).map(DatasetDigest::of);
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
