package org.dicomgateway.spool.search;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerException;
import org.dicomgateway.spool.ledger.LedgerFixtures;
import org.dicomgateway.spool.sqlite.LedgerFile;
import org.dicomgateway.spool.sqlite.SqliteLedger;

/**
 * How long searches take in a large ledger while it takes in as much as it can: {@code main} with a folder, a number of
 * instances and of seconds. A ledger that is in the folder is used again. Run by hand.
 */
final class SearchBenchmark {

    private static final int PER_STUDY = 250;
    private static final int BATCH = 1_000;
    private static final long PARKED_EVERY = 5_000;
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private SearchBenchmark() {}

    /** Fills, searches with nothing else going on, and while receiving; prints percentiles. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]).resolve("ledger.db");
        long instances = Long.parseLong(args[1]);
        Duration duration = Duration.ofSeconds(Long.parseLong(args[2]));
        Files.createDirectories(file.getParent());
        try (Ledger ledger = SqliteLedger.open(file, Candidates.FIRST);
                Catalogue catalogue = new Catalogue(new LedgerFile(file))) {
            fill(ledger, instances);
            System.out.printf("%d MiB with %d instances%n", Files.size(file) >> 20, instances);
            System.out.println("nothing else going on:");
            measure(catalogue, instances, duration);
            AtomicLong applied = new AtomicLong();
            Thread receiver = new Thread(() -> receive(ledger, instances, applied), "receiver");
            receiver.start();
            long begin = System.nanoTime();
            System.out.println("while receiving and delivering:");
            measure(catalogue, instances, duration);
            System.out.printf(
                    "  meanwhile %.0f instances/s received and delivered%n",
                    applied.get() / ((System.nanoTime() - begin) / 1e9));
            receiver.interrupt();
            receiver.join();
        }
    }

    private static void fill(Ledger ledger, long instances) throws LedgerException {
        ledger.apply(List.of(new Change.DestinationsChanged(java.util.Set.of("a", "b", "c"))));
        long begin = System.nanoTime();
        long first = ledger.lastInstanceId() + 1;
        for (long id = first; id <= instances; id += BATCH) {
            take(ledger, id, BATCH);
        }
        System.out.printf("filled in %.1f s%n", (System.nanoTime() - begin) / 1e9);
    }

    /** Received, then delivered to a; b gets half of the last tenth late, and now and then one is parked. */
    private static void take(Ledger ledger, long first, int count) throws LedgerException {
        List<Change> received = LongStream.range(first, first + count)
                .<Change>mapToObj(id -> LedgerFixtures.received(
                        LedgerFixtures.inLog(instance(id), id / 10_000), LedgerFixtures.plan("a", "b")))
                .toList();
        ledger.apply(received);
        List<Change> settled = new ArrayList<>();
        for (long id = first; id < first + count; id++) {
            settled.add(LedgerFixtures.delivered(id, 0));
            if (id % PARKED_EVERY == 0) {
                settled.add(LedgerFixtures.parked(id, 1));
            } else if (id / PER_STUDY % 100 != 0) {
                settled.add(LedgerFixtures.delivered(id, 1));
            }
        }
        ledger.apply(settled);
    }

    private static void receive(Ledger ledger, long after, AtomicLong applied) {
        try {
            for (long id = Math.max(after, ledger.lastInstanceId()) + 1; !Thread.interrupted(); id += 50) {
                take(ledger, id, 50);
                applied.addAndGet(50);
            }
        } catch (LedgerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Instance instance(long id) {
        long study = id / PER_STUDY;
        return new Instance(
                id,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.826.0.1.3680043.8.498.1." + id),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                "1.2.826.0.1.3680043.8.498.2." + study,
                "1.2.826.0.1.3680043.8.498.3." + study + "." + id % 5,
                "PAT" + study / 2,
                "ACC" + study,
                "CT",
                new Origin(AeTitle.of("CT" + study % 20), AeTitle.of("GATEWAY"), "192.0.2.7"),
                BEGIN.plusMillis(id * 20),
                500_000);
    }

    private static void measure(Catalogue catalogue, long instances, Duration duration) {
        Random random = new Random(1);
        Supplier<String> study = () -> Long.toString(random.nextLong(instances / PER_STUDY));
        Map<String, Supplier<Page<?>>> searches = new java.util.LinkedHashMap<>();
        searches.put("studies by accession number", () -> catalogue.studies(with(3, "ACC" + study.get()), none(), 50));
        searches.put("studies by patient", () -> catalogue.studies(with(4, "PAT" + study.get()), none(), 50));
        searches.put("the last 50 studies", () -> catalogue.studies(Search.ALL, none(), 50));
        searches.put("studies with something parked", () -> catalogue.studies(parked(""), none(), 50));
        searches.put(
                "instances of a study",
                () -> catalogue.instances(with(0, "1.2.826.0.1.3680043.8.498.2." + study.get()), none(), 50));
        searches.put(
                "instances by SOP Instance UID",
                () -> catalogue.instances(
                        with(2, "1.2.826.0.1.3680043.8.498.1." + random.nextLong(instances)), none(), 50));
        searches.put("instances of a caller", () -> catalogue.instances(with(5, "CT7"), none(), 50));
        searches.put("instances of nobody", () -> catalogue.instances(with(5, "NOBODY"), none(), 50));
        searches.put("instances of an hour", () -> catalogue.instances(hour(random.nextLong(instances)), none(), 50));
        searches.put(
                "pending for b",
                () -> catalogue.deliveries(
                        new Search(
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "",
                                "b",
                                Optional.of(DeliveryState.PENDING),
                                Optional.empty(),
                                Optional.empty()),
                        none(),
                        50));
        searches.put("parked at b", () -> catalogue.deliveries(parked("b"), none(), 50));
        searches.put("story of an instance", () -> {
            catalogue.story(1 + random.nextLong(instances - 1));
            return new Page<>(List.of(), none());
        });
        searches.put("oldest that waits", () -> {
            catalogue.oldestWaiting();
            return new Page<>(List.of(), none());
        });
        for (Map.Entry<String, Supplier<Page<?>>> search : searches.entrySet()) {
            List<Double> millis = new ArrayList<>();
            long items = 0;
            long end = System.nanoTime() + duration.toNanos() / searches.size();
            while (System.nanoTime() < end || millis.size() < 20) {
                long begin = System.nanoTime();
                items += search.getValue().get().items().size();
                millis.add((System.nanoTime() - begin) / 1e6);
            }
            Collections.sort(millis);
            System.out.printf(
                    "  %-32s %6d searches, %5.1f found, ms: median %6.2f, 95 %% %6.2f, max %6.2f%n",
                    search.getKey(),
                    millis.size(),
                    (double) items / millis.size(),
                    millis.get(millis.size() / 2),
                    millis.get((int) (millis.size() * 0.95)),
                    millis.get(millis.size() - 1));
        }
    }

    private static Optional<String> none() {
        return Optional.empty();
    }

    private static Search with(int field, String value) {
        String[] fields =
                IntStream.range(0, 7).mapToObj(i -> i == field ? value : "").toArray(String[]::new);
        return new Search(
                fields[0],
                fields[1],
                fields[2],
                fields[3],
                fields[4],
                fields[5],
                fields[6],
                "",
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Search parked(String destination) {
        return new Search(
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                destination,
                Optional.of(DeliveryState.PARKED),
                Optional.empty(),
                Optional.empty());
    }

    private static Search hour(long id) {
        Instant from = BEGIN.plusMillis(id * 20);
        return new Search(
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                Optional.empty(),
                Optional.of(from),
                Optional.of(from.plusSeconds(3600)));
    }
}
