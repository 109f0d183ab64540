package org.dicomgateway.verify;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Outcome;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Retrieved;
import org.dicomgateway.dicom.requestor.QueryRetrieve.UniqueKeys;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.verify.RetrievingArchive.NotSentException.Reason;

/**
 * A server, asked as deliveries are made to it: C-FIND for presence, C-GET for content.
 *
 * <p>C-GET first proposes only the transfer syntax in which the instance was sent, so that the server converts nothing.
 * Only when it then sends nothing, the usual ones are proposed, to tell another transfer syntax from a lost file.
 */
final class DimseArchive extends RetrievingArchive {

    private static final List<TransferSyntax> USUAL = Stream.of(
                    "1.2.840.10008.1.2",
                    "1.2.840.10008.1.2.1",
                    "1.2.840.10008.1.2.1.99",
                    "1.2.840.10008.1.2.2",
                    "1.2.840.10008.1.2.4.50",
                    "1.2.840.10008.1.2.4.51",
                    "1.2.840.10008.1.2.4.57",
                    "1.2.840.10008.1.2.4.70",
                    "1.2.840.10008.1.2.4.80",
                    "1.2.840.10008.1.2.4.81",
                    "1.2.840.10008.1.2.4.90",
                    "1.2.840.10008.1.2.4.91",
                    "1.2.840.10008.1.2.4.100",
                    "1.2.840.10008.1.2.4.102",
                    "1.2.840.10008.1.2.4.201",
                    "1.2.840.10008.1.2.4.203",
                    "1.2.840.10008.1.2.5")
            .map(TransferSyntax::of)
            .toList();

    private final DestinationSettings destination;
    private final Peer node;
    private final QueryRetrieve peer;

    /** For a destination that is a DICOM node. */
    DimseArchive(DestinationSettings destination, QueryRetrieve peer, Copies copies) {
        super("C-FIND", "C-GET", copies);
        this.destination = destination;
        this.node = destination.peer().orElseThrow();
        this.peer = peer;
    }

    /** As for the delivery: when senders keep their AE titles, the server may know no other. */
    private AeTitle calling(Copy copy) {
        return destination.callingAe().orElse(copy.instance().origin().calling());
    }

    @Override
    Holdings holdings(Copy copy, Uid study) throws IOException {
        try {
            Map<Uid, String> names = new HashMap<>();
            peer.instances(node, calling(copy), study)
                    .forEach((sopInstance, series) -> names.put(sopInstance, series.value()));
            return Holdings.whole(names);
        } catch (AssociationException e) {
            throw noAnswer(copy, e);
        }
    }

    @Override
    void retrieve(Copy copy, UniqueKeys keys, Receiver receiver) throws IOException {
        Retrieved first = cGet(copy, keys, List.of(copy.instance().transferSyntax()), receiver);
        if (first.outcome() == Outcome.SENT) {
            return;
        }
        Retrieved second = cGet(copy, keys, USUAL, receiver);
        if (second.outcome() == Outcome.SENT) {
            return;
        }
        if (second.outcome() == Outcome.NOT_ACCEPTED) {
            throw new NotSentException(
                    Reason.REFUSED,
                    "it does not send instances of SOP class " + copy.instance().sopClass() + " by C-GET");
        }
        throw new NotSentException(
                reasonOf(second.status()), "it answered C-GET with status " + DimseStatus.format(second.status()));
    }

    private static Reason reasonOf(int status) {
        if (status == DimseStatus.SUCCESS || status == DimseStatus.NO_SUCH_SOP_INSTANCE) {
            return Reason.ABSENT;
        }
        return (status & 0xFF00) == DimseStatus.OUT_OF_RESOURCES ? Reason.REFUSED : Reason.FAILED;
    }

    private Retrieved cGet(Copy copy, UniqueKeys keys, Collection<TransferSyntax> syntaxes, Receiver receiver)
            throws IOException {
        try {
            return peer.cGet(node, calling(copy), keys, copy.instance().sopClass(), syntaxes, receiver);
        } catch (AssociationException e) {
            throw noAnswer(copy, e);
        }
    }

    private IOException noAnswer(Copy copy, AssociationException e) {
        return new IOException(
                e.getMessage() + "; let " + calling(copy)
                        + " use C-FIND and C-GET there, or set rest or dicomweb of the destination",
                e);
    }

    /** The peer, for messages. */
    @Override
    public String toString() {
        return "C-FIND and C-GET at " + node;
    }
}
