package org.dicomgateway.spool.intake;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.spool.Handover.CopyProgress;
import org.dicomgateway.spool.Handover.Left;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Intake.Accepted;
import org.dicomgateway.spool.Intake.Arrival;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.RefusedException.Kind;
import org.dicomgateway.spool.disk.SpaceWatch;
import org.dicomgateway.spool.log.InstanceFiles;
import org.dicomgateway.spool.log.RecordMetadata;

/** Accepts one instance in the receiving thread: reads, checks and plans it, and waits until it is durable. */
public final class Reception {

    private static final int MAX_UID = 64;

    private final GatherBuffers buffers;
    private final InstanceFiles files;
    private final SpaceWatch space;
    private final Committer committer;
    private final Planner planner;
    private final BiConsumer<Instance, Plan> coming;
    private final InstantSource clock;
    private final long largeInstance;

    /** @param coming is told of each instance that has arrived, before it is durable; must not block */
    public Reception(
            GatherBuffers buffers,
            InstanceFiles files,
            SpaceWatch space,
            Committer committer,
            Planner planner,
            BiConsumer<Instance, Plan> coming,
            InstantSource clock,
            long largeInstance) {
        this.buffers = buffers;
        this.files = files;
        this.space = space;
        this.committer = committer;
        this.planner = planner;
        this.coming = coming;
        this.clock = clock;
        this.largeInstance = largeInstance;
    }

    /** See {@link Intake#accept}. */
    public Accepted receive(Arrival arrival, InputStream dataset) throws RefusedException, IOException {
        byte[] prefix =
                Part10.prefix(arrival.sopClass(), arrival.sopInstance(), arrival.transferSyntax(), arrival.origin());
        try (IncomingBody body = new IncomingBody(buffers, files, space, largeInstance)) {
            body.takePrefix(prefix);
            drain(dataset, body);
            InstanceHeader header = header(arrival, body.read(prefix.length));
            Plan plan = planner.plan(header, arrival.origin());
            Instance unnumbered =
                    Instance.unnumbered(header, arrival.origin(), clock.instant(), body.length() - prefix.length);
            coming.accept(unnumbered, plan);
            return new Accepted(committer.commit(body.draft(unnumbered, plan, Optional.empty())), plan);
        }
    }

    /** See {@link org.dicomgateway.spool.Handover#takeOver}. */
    public Optional<Instance> takeOver(Left left, InputStream part10) throws RefusedException, IOException {
        RecordMetadata metadata = metadata(left);
        try (IncomingBody body = new IncomingBody(buffers, files, space, largeInstance)) {
            body.takePrefix(part10.readNBytes(left.datasetOffset()));
            drain(part10, body);
            if (body.length() != left.length() || body.crc32c() != left.crc32c()) {
                throw new DamagedInstanceException("the bytes that were kept are not those that were received", null);
            }
            Plan plan = metadata.plan();
            if (plan.deliveries().isEmpty()) {
                // No route applied at receipt. One may apply now.
                InstanceHeader header = HeaderReader.read(
                        body.read(left.datasetOffset()), TransferSyntax.of(metadata.transferSyntax()));
                plan = planner.plan(header, metadata.instance(1, 0).origin());
            }
            Plan remaining = remaining(plan, left.copies());
            if (remaining.deliveries().isEmpty() && !plan.deliveries().isEmpty()) {
                return Optional.empty();
            }
            Instance unnumbered = metadata.instance(0, left.length() - left.datasetOffset());
            return Optional.of(committer.commit(body.draft(unnumbered, remaining, Optional.of(left))));
        }
    }

    private static RecordMetadata metadata(Left left) throws DamagedInstanceException {
        try {
            return RecordMetadata.fromJson(left.metadata().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new DamagedInstanceException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What is left of a plan. A copy that was moved to another destination stays there. */
    private static Plan remaining(Plan plan, List<CopyProgress> copies) {
        Map<Integer, CopyProgress> byPlace = new HashMap<>();
        copies.forEach(copy -> byPlace.put(copy.place(), copy));
        List<PlannedDelivery> remaining = new ArrayList<>();
        for (int place = 0; place < plan.deliveries().size(); place++) {
            PlannedDelivery planned = plan.deliveries().get(place);
            CopyProgress copy = byPlace.get(place);
            if (copy == null || !copy.route().equals(planned.route())) {
                // The second: no route applied at receipt, one did later, and the rules have changed since.
                remaining.add(planned);
            } else if (!copy.isDone()) {
                remaining.add(asMoved(planned, copy.destination()));
            }
        }
        return new Plan(plan.rulesVersion(), remaining);
    }

    private static PlannedDelivery asMoved(PlannedDelivery planned, String destination) {
        return destination.isEmpty() || planned.candidates().contains(destination)
                ? planned
                : new PlannedDelivery(planned.route(), planned.copy(), List.of(destination), planned.priority(), false);
    }

    private void drain(InputStream dataset, IncomingBody body) throws RefusedException, IOException {
        byte[] scratch = buffers.takeScratch();
        try {
            for (int n = dataset.read(scratch); n >= 0; n = dataset.read(scratch)) {
                body.take(scratch, 0, n);
            }
        } finally {
            buffers.giveBack(scratch);
        }
    }

    private static InstanceHeader header(Arrival arrival, InputStream dataset) throws RefusedException {
        InstanceHeader header;
        try {
            header = HeaderReader.read(dataset, arrival.transferSyntax());
        } catch (UnreadableDatasetException e) {
            throw new RefusedException(Kind.UNREADABLE, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new RefusedException(Kind.FAULT, "the spool cannot read what it has just written: " + e, e);
        }
        if (!header.sopInstance().equals(arrival.sopInstance())) {
            throw mismatch(
                    "SOP instance",
                    header.sopInstance().value(),
                    arrival.sopInstance().value());
        }
        if (!header.sopClass().equals(arrival.sopClass())) {
            throw mismatch(
                    "SOP class", header.sopClass().value(), arrival.sopClass().value());
        }
        Optional<String> study = arrival.study().map(Uid::value);
        if (study.isPresent() && !study.get().equals(header.studyInstanceUid())) {
            // Not a UID that was checked, like the other two.
            throw mismatch("study", Text.printable(header.studyInstanceUid(), MAX_UID), study.get());
        }
        return header;
    }

    private static RefusedException mismatch(String what, String found, String announced) {
        return new RefusedException(
                Kind.MISMATCH,
                "the dataset has the " + what + " UID " + found + ", but was announced with " + announced,
                null);
    }
}
