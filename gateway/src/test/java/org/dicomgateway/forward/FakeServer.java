package org.dicomgateway.forward;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;

/** A destination that does what a test says, and remembers what it was asked. */
public final class FakeServer implements Requestor {

    /** What it does when it is called. */
    @FunctionalInterface
    interface OnOpen {
        void call(AeTitle calling) throws AssociationException;
    }

    /** What it answers to a C-STORE. */
    @FunctionalInterface
    interface OnStore {
        int status(Uid sopInstance) throws AssociationException;
    }

    private static final int HANG = -2;

    volatile OnOpen onOpen = calling -> {};
    volatile OnStore onStore = sop -> 0;
    volatile OnOpen onEcho = calling -> {};
    volatile Predicate<PresentationPair> accepts = pair -> true;

    /** How many C-STORE requests may be under way on one association. */
    volatile int window = 1;

    /** Whether the last of those under way is answered first. */
    volatile boolean lastFirst;

    /** It aborts when so many are under way on one association. */
    volatile int breaksFrom = Integer.MAX_VALUE;

    final AtomicInteger mostUnderWay = new AtomicInteger();
    final AtomicInteger echoes = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger mostOpen = new AtomicInteger();
    private final List<Association> associations = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    /** Makes every store of this instance hang until {@link #letGo}, or until its association is aborted. */
    void hangOn(Predicate<Uid> which) {
        OnStore otherwise = onStore;
        onStore = sop -> which.test(sop) ? HANG : otherwise.status(sop);
    }

    void letGo() {
        gate.countDown();
    }

    /** Associations for stores, in the order in which they were opened. */
    List<Association> storeAssociations() {
        return associations.stream()
                .filter(each -> !each.pairs.contains(PresentationPair.VERIFICATION))
                .toList();
    }

    /** All associations, also those for C-ECHO only. */
    List<Association> all() {
        return List.copyOf(associations);
    }

    List<Uid> received() {
        return associations.stream().flatMap(each -> each.sent.stream()).toList();
    }

    @Override
    public OpenAssociation open(Peer peer, AeTitle calling, Collection<PresentationPair> pairs)
            throws AssociationException {
        calls.incrementAndGet();
        onOpen.call(calling);
        Association association = new Association(calling, Set.copyOf(pairs));
        associations.add(association);
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        return association;
    }

    public static AssociationException failure(AssociationException.Cause cause) {
        return new AssociationException(cause, "scripted " + cause, null);
    }

    /** One association, as the server sees it. */
    final class Association implements OpenAssociation {

        final AeTitle calling;
        final Set<PresentationPair> pairs;
        final List<Uid> sent = new CopyOnWriteArrayList<>();
        private final CountDownLatch abort = new CountDownLatch(1);
        private final Deque<Map.Entry<Integer, Uid>> underWay = new ArrayDeque<>();
        private int lastMessageId;
        private boolean unusable;
        volatile boolean closed;

        Association(AeTitle calling, Set<PresentationPair> pairs) {
            this.calling = calling;
            this.pairs = pairs;
        }

        boolean isAborted() {
            return abort.getCount() == 0;
        }

        @Override
        public boolean accepts(PresentationPair pair) {
            return pairs.contains(pair) && accepts.test(pair);
        }

        @Override
        public int window() {
            return window;
        }

        @Override
        public int beginStore(PresentationPair pair, Uid sopInstance, InputStream dataset)
                throws AssociationException, IOException {
            if (unusable || closed || !accepts(pair) || underWay.size() == window) {
                throw new AssertionError("a store on an association that cannot serve it");
            }
            unusable = true;
            dataset.readAllBytes();
            unusable = false;
            underWay.addLast(Map.entry(++lastMessageId, sopInstance));
            mostUnderWay.accumulateAndGet(underWay.size(), Math::max);
            return lastMessageId;
        }

        @Override
        public Optional<StoreResponse> polled() {
            return Optional.empty();
        }

        @Override
        public StoreResponse next() throws AssociationException {
            if (underWay.size() >= breaksFrom) {
                throw failure(AssociationException.Cause.ABORTED);
            }
            Map.Entry<Integer, Uid> each = lastFirst ? underWay.removeLast() : underWay.removeFirst();
            unusable = true;
            int status = onStore.status(each.getValue());
            if (status == HANG) {
                status = awaitGate();
            }
            sent.add(each.getValue());
            unusable = false;
            return new StoreResponse(each.getKey(), status);
        }

        private int awaitGate() throws AssociationException {
            try {
                while (!gate.await(5, TimeUnit.MILLISECONDS)) {
                    if (isAborted()) {
                        throw failure(AssociationException.Cause.CONNECTION_LOST);
                    }
                }
                return 0;
            } catch (InterruptedException e) {
                throw new AssertionError("a lane must not interrupt its workers", e);
            }
        }

        @Override
        public int cEcho() throws AssociationException {
            echoes.incrementAndGet();
            onEcho.call(calling);
            return 0;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            open.decrementAndGet();
        }

        @Override
        public void abort() {
            abort.countDown();
        }
    }
}
