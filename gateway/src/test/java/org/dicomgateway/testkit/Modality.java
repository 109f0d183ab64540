package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.aoju.bus.image.Device;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.Sequence;
import org.aoju.bus.image.galaxy.data.VR;
import org.aoju.bus.image.metric.ApplicationEntity;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Commands;
import org.aoju.bus.image.metric.Connection;
import org.aoju.bus.image.metric.DimseRQHandler;
import org.aoju.bus.image.metric.DimseRSP;
import org.aoju.bus.image.metric.PDVInputStream;
import org.aoju.bus.image.metric.TransferCapability;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.plugin.StgSCU;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.commitment.StorageCommitment;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;

/**
 * A modality that requests storage commitment, and takes the reports on its own port and on the association of the
 * request. It is made of the toolkit alone: nothing of the gateway's own code reads or writes here.
 */
public final class Modality implements AutoCloseable {

    private static final String[] SYNTAXES = {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2"};
    private static final int LIMIT_MILLIS = 20_000;

    /**
     * A report as it came.
     *
     * @param event Event Type ID
     * @param committed SOP Instance UIDs
     * @param failed failure reasons by SOP Instance UID
     * @param sameAssociation whether it came on an association of this modality
     */
    public record Report(
            String transaction,
            int event,
            List<String> committed,
            Map<String, Integer> failed,
            boolean sameAssociation) {}

    private final Peer peer;
    private final Device device = new Device("modality");
    private final ApplicationEntity entity;
    private final Connection listening;
    private final ExecutorService executor = Executors.newCachedThreadPool(Modality::daemon);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Modality::daemon);
    private final List<Report> reports = new CopyOnWriteArrayList<>();
    private volatile int answer;

    private Modality(String aeTitle, int port) {
        peer = new Peer(AeTitle.of(aeTitle), "127.0.0.1", port);
        listening = new Connection("modality", "127.0.0.1", port);
        listening.setBindAddress("127.0.0.1");
        listening.setConnectTimeout(LIMIT_MILLIS);
        listening.setResponseTimeout(LIMIT_MILLIS);
        listening.setAcceptTimeout(LIMIT_MILLIS);
        listening.setReleaseTimeout(LIMIT_MILLIS);
        entity = new ApplicationEntity(aeTitle);
        device.setExecutor(executor);
        device.setScheduledExecutor(timer);
        device.addConnection(listening);
        device.addApplicationEntity(entity);
        entity.addConnection(listening);
        entity.setAssociationInitiator(true);
        entity.setAssociationAcceptor(true);
        entity.addTransferCapability(new TransferCapability(
                null, StorageCommitment.SOP_CLASS.value(), TransferCapability.Role.SCU, SYNTAXES));
        device.setDimseRQHandler(new Reports());
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "modality");
        thread.setDaemon(true);
        return thread;
    }

    /** Starts to listen on a free port. */
    public static Modality start(String aeTitle) {
        Modality modality = new Modality(aeTitle, FreePorts.next());
        modality.listen();
        return modality;
    }

    /** Knows its port, and does not listen on it. */
    public static Modality silent(String aeTitle) {
        return new Modality(aeTitle, FreePorts.next());
    }

    /** Starts to listen. */
    public void listen() {
        try {
            device.bindConnections();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where it takes reports. */
    public Peer peer() {
        return peer;
    }

    /** Everything that was reported so far. */
    public List<Report> reports() {
        return List.copyOf(reports);
    }

    /** Answers the reports that follow with this status. */
    public void answerWith(int status) {
        answer = status;
    }

    /** Requests the commitment of these instances on an association of its own; the status of the response. */
    public int request(Peer gateway, String transaction, List<SopReference> references) {
        try (Request request = associate(gateway)) {
            return request.send(transaction, references);
        }
    }

    /**
     * Has the toolkit's own requestor make a request and wait for the report; its reports go to no one else from then on.
     *
     * @return the files with the Event Information of each report, each named by its Transaction UID
     */
    public List<Path> requestByToolkit(Peer gateway, List<SopReference> references, Path results) {
        StgSCU requestor = new StgSCU(entity);
        requestor.getAAssociateRQ().setCallingAET(peer.aeTitle().value());
        requestor.getAAssociateRQ().setCalledAET(gateway.aeTitle().value());
        requestor.getRemoteConnection().setHostname(gateway.host());
        requestor.getRemoteConnection().setPort(gateway.port());
        requestor.setTransferSyntaxes(SYNTAXES);
        requestor.setAttributes(new Attributes());
        requestor.setStorageDirectory(results.toFile());
        for (SopReference reference : references) {
            Attributes instance = new Attributes();
            instance.setString(Tag.SOPClassUID, VR.UI, reference.sopClass().value());
            instance.setString(
                    Tag.SOPInstanceUID, VR.UI, reference.sopInstance().value());
            requestor.addInstance(instance);
        }
        try {
            requestor.open();
            requestor.sendRequests();
            requestor.close(); // waits for the report
            try (Stream<Path> files = Files.list(results)) {
                return files.toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens an association for requests. */
    public Request associate(Peer gateway) {
        AAssociateRQ rq = new AAssociateRQ();
        rq.setCallingAET(peer.aeTitle().value());
        rq.setCalledAET(gateway.aeTitle().value());
        rq.addPresentationContext(new Presentation(1, StorageCommitment.SOP_CLASS.value(), SYNTAXES));
        try {
            return new Request(entity.connect(listening, new Connection("", gateway.host(), gateway.port()), rq));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An association for requests. */
    public static final class Request implements AutoCloseable {

        private final Association association;

        private Request(Association association) {
            this.association = association;
        }

        /** Sends a request; the status of the response. */
        public int send(String transaction, List<SopReference> references) {
            Attributes action = new Attributes();
            action.setString(Tag.TransactionUID, VR.UI, transaction);
            Sequence sequence = action.newSequence(Tag.ReferencedSOPSequence, references.size());
            for (SopReference reference : references) {
                Attributes item = new Attributes();
                item.setString(
                        Tag.ReferencedSOPClassUID, VR.UI, reference.sopClass().value());
                item.setString(
                        Tag.ReferencedSOPInstanceUID,
                        VR.UI,
                        reference.sopInstance().value());
                sequence.add(item);
            }
            try {
                DimseRSP response = association.naction(
                        StorageCommitment.SOP_CLASS.value(),
                        StorageCommitment.SOP_INSTANCE.value(),
                        StorageCommitment.REQUEST,
                        action,
                        null);
                response.next();
                return response.getCommand().getInt(Tag.Status, -1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        /** Whether the association is open. */
        public boolean isOpen() {
            return association.isReadyForDataTransfer();
        }

        @Override
        public void close() {
            try {
                if (association.isReadyForDataTransfer()) {
                    association.release();
                }
            } catch (IOException gone) {
                // The gateway ended it before.
            }
        }
    }

    private final class Reports implements DimseRQHandler {

        @Override
        public void onDimse(
                Association open, Presentation context, Dimse dimse, Attributes command, PDVInputStream data)
                throws IOException {
            Attributes event = data.readDataset(context.getTransferSyntax());
            List<String> committed = new ArrayList<>();
            Map<String, Integer> failed = new TreeMap<>();
            items(event, Tag.ReferencedSOPSequence)
                    .forEach(item -> committed.add(item.getString(Tag.ReferencedSOPInstanceUID)));
            items(event, Tag.FailedSOPSequence)
                    .forEach(item -> failed.put(
                            item.getString(Tag.ReferencedSOPInstanceUID), item.getInt(Tag.FailureReason, -1)));
            if (dimse == Dimse.N_EVENT_REPORT_RQ && answer == 0) {
                reports.add(new Report(
                        event.getString(Tag.TransactionUID),
                        command.getInt(Tag.EventTypeID, -1),
                        committed,
                        failed,
                        open.isRequestor()));
            }
            open.writeDimseRSP(context, Commands.mkNEventReportRSP(command, answer));
        }

        private static List<Attributes> items(Attributes event, int tag) {
            Sequence sequence = event.getSequence(tag);
            return sequence == null ? List.of() : List.copyOf(sequence);
        }

        @Override
        public void onClose(Association closed) {}
    }

    @Override
    public void close() {
        device.unbindConnections();
        executor.shutdownNow();
        timer.shutdownNow();
    }
}
