package org.dicomgateway.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;

/**
 * The best sender we can write: our own requestor, which acknowledges at once, on several associations, with no router
 * between. What it reaches is the destination's limit.
 */
public final class DirectSender {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final AeTitle CALLING = AeTitle.of("GATEWAY");
    private static final Requestor REQUESTOR =
            Requestor.of(new RequestorSettings(LONG, LONG, LONG, LONG, LONG, 128 * 1024));

    private DirectSender() {}

    /** Something to send, opened when it is its turn. */
    public interface Item {
        Uid sop();

        InputStream dataset() throws IOException;
    }

    public static Item of(SmallInstance instance) {
        return new Item() {
            @Override
            public Uid sop() {
                return instance.sop();
            }

            @Override
            public InputStream dataset() {
                return instance.dataset();
            }
        };
    }

    /** Its header is read in advance, as a sender that keeps its files in order knows it. */
    private static Item of(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Part10.File header = Part10.read(in);
            return new Item() {
                @Override
                public Uid sop() {
                    return header.sopInstance();
                }

                @Override
                public InputStream dataset() throws IOException {
                    InputStream open = Files.newInputStream(file);
                    open.skipNBytes(header.datasetOffset());
                    return open;
                }
            };
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static OpenAssociation open(Peer peer) {
        try {
            return REQUESTOR.open(peer, CALLING, List.of(BenchFiles.CT));
        } catch (AssociationException e) {
            throw new IllegalStateException("cannot associate with " + peer, e);
        }
    }

    /**
     * Sends files on so many associations.
     *
     * @return seconds from the first request to the last response
     */
    public static double sendFiles(Peer peer, int associations, List<Path> files) {
        return send(peer, associations, files.stream().map(DirectSender::of).toList());
    }

    /**
     * Sends items on so many associations.
     *
     * @return seconds from the first request to the last response
     */
    public static double send(Peer peer, int associations, List<Item> items) {
        return send(peer, associations, items.iterator());
    }

    /** Sends items that are made when it is their turn. */
    public static double send(Peer peer, int associations, Iterator<Item> queue) {
        List<OpenAssociation> open =
                IntStream.range(0, associations).mapToObj(i -> open(peer)).toList();
        ExecutorService threads = Executors.newFixedThreadPool(associations);
        try {
            long begin = System.nanoTime();
            List<Future<Void>> all = open.stream()
                    .map(association -> threads.submit(() -> sendAll(association, queue)))
                    .toList();
            for (Future<Void> each : all) {
                each.get();
            }
            return (System.nanoTime() - begin) / 1e9;
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("sending to " + peer + " failed", e);
        } finally {
            threads.shutdownNow();
            open.forEach(OpenAssociation::close);
        }
    }

    private static Void sendAll(OpenAssociation association, Iterator<Item> queue) throws Exception {
        Callable<Item> next = () -> {
            synchronized (queue) {
                return queue.hasNext() ? queue.next() : null;
            }
        };
        for (Item item = next.call(); item != null; item = next.call()) {
            sendOne(association, item);
        }
        return null;
    }

    public static void sendOne(OpenAssociation association, Item item) {
        try (InputStream dataset = item.dataset()) {
            int status = association.cStore(BenchFiles.CT, item.sop(), dataset);
            if (status != 0) {
                throw new IllegalStateException("answered 0x" + Integer.toHexString(status));
            }
        } catch (AssociationException | IOException e) {
            throw new IllegalStateException("a C-STORE failed", e);
        }
    }
}
