package org.dicomgateway.cli.send;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;

/** A peer that answers as a test wants it. */
final class FakePeer implements Requestor {

    /** What is answered to an instance, one after the other; an exception is thrown. Then success. */
    final Map<Uid, Deque<Object>> answers = new HashMap<>();
    /** What is answered to an association, one after the other; then it is accepted. */
    final Deque<AssociationException> rejections = new ArrayDeque<>();
    /** More than so many at once are rejected for the moment. */
    int room = Integer.MAX_VALUE;

    final Set<PresentationPair> unknown = new java.util.HashSet<>();
    final List<Collection<PresentationPair>> proposals = new ArrayList<>();
    final Map<Uid, byte[]> stored = new HashMap<>();
    /** In the order in which they were stored. */
    final List<Uid> order = new ArrayList<>();

    int open;
    int mostOpen;

    @Override
    public synchronized OpenAssociation open(Peer peer, AeTitle calling, Collection<PresentationPair> pairs)
            throws AssociationException {
        if (!rejections.isEmpty()) {
            throw rejections.remove();
        }
        if (open >= room) {
            throw new AssociationException(
                    org.dicomgateway.dicom.values.Rejection.localLimitExceeded("full"), "rejected, no room");
        }
        open++;
        mostOpen = Math.max(mostOpen, open);
        proposals.add(List.copyOf(pairs));
        return new Association(Set.copyOf(pairs));
    }

    private synchronized int answer(Uid sopInstance, byte[] bytes) throws AssociationException {
        Object answer = answers.getOrDefault(sopInstance, new ArrayDeque<>()).poll();
        if (answer instanceof AssociationException e) {
            throw e;
        }
        int status = answer == null ? 0 : (int) answer;
        if (status == 0) {
            stored.put(sopInstance, bytes);
            order.add(sopInstance);
        }
        return status;
    }

    private synchronized void closed() {
        open--;
    }

    private final class Association implements OpenAssociation {

        private final Set<PresentationPair> pairs;
        private Optional<StoreResponse> response = Optional.empty();

        Association(Set<PresentationPair> pairs) {
            this.pairs = pairs;
        }

        @Override
        public boolean accepts(PresentationPair pair) {
            return pairs.contains(pair) && !unknown.contains(pair);
        }

        @Override
        public int window() {
            return 1;
        }

        @Override
        public int beginStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
                throws AssociationException, IOException {
            response = Optional.of(new StoreResponse(1, answer(sopInstance, dataset.readAllBytes())));
            return 1;
        }

        @Override
        public Optional<StoreResponse> polled() {
            return Optional.empty();
        }

        @Override
        public StoreResponse next() {
            return response.orElseThrow();
        }

        @Override
        public int cEcho() {
            return 0;
        }

        @Override
        public void close() {
            closed();
        }

        @Override
        public void abort() {
            closed();
        }
    }
}
