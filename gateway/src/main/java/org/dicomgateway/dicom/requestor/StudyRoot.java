package org.dicomgateway.dicom.requestor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.data.VR;
import org.dicomgateway.dicom.requestor.RequestedAssociation.NoRequests;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.dicom.wire.PduGuard.Side;
import org.dicomgateway.dicom.wire.UnexpectedAnswerException;
import org.jspecify.annotations.Nullable;

/**
 * Queries and retrieves with the toolkit. The identifiers have the unique keys of all levels above, as the hierarchical
 * behaviour requires (PS3.4 C.4.1.2.1), so they suit every peer.
 */
final class StudyRoot implements QueryRetrieve {

    /** More than any study has. A peer that ignores the keys would send all that it has. */
    private static final int MOST_MATCHES = 100_000;

    /** Refused: SOP class not supported, not authorized, unrecognized operation (PS3.7 C.5). They concern the peer. */
    private static final Set<Integer> REFUSED =
            Set.of(DimseStatus.SOP_CLASS_NOT_SUPPORTED, DimseStatus.NOT_AUTHORIZED, 0x0211);

    private final ToolkitRequestor requestor;

    StudyRoot(ToolkitRequestor requestor) {
        this.requestor = requestor;
    }

    @Override
    public Map<Uid, Uid> instances(Peer peer, AeTitle calling, Uid study) throws AssociationException {
        Map<Uid, Uid> instances = new HashMap<>();
        try (RequestedAssociation association =
                requestor.open(peer, calling, Service.C_FIND.pairs(), Set.of(), Side.RETRIEVER, new NoRequests())) {
            Attributes keys = level("SERIES", study);
            keys.setNull(Tag.SeriesInstanceUID, VR.UI);
            for (Uid series : find(association, keys, Tag.SeriesInstanceUID, MOST_MATCHES)) {
                Attributes below = level("IMAGE", study);
                below.setString(Tag.SeriesInstanceUID, VR.UI, series.value());
                below.setNull(Tag.SOPInstanceUID, VR.UI);
                find(association, below, Tag.SOPInstanceUID, MOST_MATCHES - instances.size())
                        .forEach(sopInstance -> instances.put(sopInstance, series));
            }
        }
        return instances;
    }

    private static Attributes level(String level, Uid study) {
        Attributes keys = new Attributes();
        keys.setString(Tag.QueryRetrieveLevel, VR.CS, level);
        keys.setString(Tag.StudyInstanceUID, VR.UI, study.value());
        return keys;
    }

    private static Set<Uid> find(RequestedAssociation association, Attributes keys, int wanted, int most)
            throws AssociationException {
        Set<Uid> found = new LinkedHashSet<>();
        int[] matches = {0};
        int status = association.ask(Service.C_FIND, keys, match -> {
            if (++matches[0] > most) {
                throw new UnexpectedAnswerException("more than " + MOST_MATCHES + " matches for one study");
            }
            @Nullable String uid = match == null ? null : match.getString(wanted);
            if (match != null && uid != null && Uid.isValid(uid) && isOf(match, keys)) {
                found.add(Uid.of(uid));
            }
        });
        if (status != DimseStatus.SUCCESS) {
            association.abort();
            throw refused(association, Service.C_FIND, status);
        }
        return found;
    }

    /** Some peers ignore keys. What does not say anything about a key is taken. */
    private static boolean isOf(Attributes match, Attributes keys) {
        return Stream.of(Tag.StudyInstanceUID, Tag.SeriesInstanceUID).allMatch(tag -> {
            @Nullable String asked = keys.getString(tag);
            @Nullable String told = match.getString(tag);
            return asked == null || told == null || told.equals(asked);
        });
    }

    @Override
    public Retrieved cGet(
            Peer peer,
            AeTitle calling,
            UniqueKeys instance,
            Uid sopClass,
            Collection<TransferSyntax> transferSyntaxes,
            Receiver receiver)
            throws AssociationException, IOException {
        List<PresentationPair> storage = transferSyntaxes.stream()
                .map(syntax -> new PresentationPair(sopClass, syntax))
                .toList();
        List<PresentationPair> pairs = new ArrayList<>(Service.C_GET.pairs());
        pairs.addAll(storage);
        StoreSubOperation store = new StoreSubOperation(sopClass, instance.sopInstance(), receiver);
        try (RequestedAssociation association =
                requestor.open(peer, calling, pairs, Set.of(sopClass), Side.RETRIEVER, store)) {
            if (storage.stream().noneMatch(association::accepts)) {
                return new Retrieved(Outcome.NOT_ACCEPTED, DimseStatus.SUCCESS);
            }
            Attributes keys = level("IMAGE", instance.study());
            keys.setString(Tag.SeriesInstanceUID, VR.UI, instance.series().value());
            keys.setString(Tag.SOPInstanceUID, VR.UI, instance.sopInstance().value());
            int status = association.ask(Service.C_GET, keys, progress -> {});
            if (store.isDone()) {
                return new Retrieved(Outcome.SENT, status);
            }
            if (REFUSED.contains(status)) {
                throw refused(association, Service.C_GET, status);
            }
            return new Retrieved(Outcome.NOT_SENT, status);
        } catch (AssociationException e) {
            store.rethrowFailure();
            throw e;
        } finally {
            store.end();
        }
    }

    private static AssociationException refused(RequestedAssociation association, Service service, int status) {
        return new AssociationException(
                Cause.PROTOCOL,
                service + " failed, " + association + ": the peer answered with status " + DimseStatus.format(status)
                        + "; see its log",
                null);
    }
}
