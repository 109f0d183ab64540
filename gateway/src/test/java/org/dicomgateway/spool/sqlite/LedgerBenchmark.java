package org.dicomgateway.spool.sqlite;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.dicomgateway.spool.Candidates;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.spool.ledger.Change;
import org.dicomgateway.spool.ledger.Ledger;
import org.dicomgateway.spool.ledger.LedgerFixtures;

/**
 * What the ledger alone costs per instance, in processor time of its one thread, while a backlog grows: {@code main}
 * with a folder, the largest backlog, and {@code random} or {@code rising} UIDs. Run by hand.
 */
final class LedgerBenchmark {

    private static final int SLICE = 20_000;
    private static final int BATCH = 200;
    private static final int UUID_BITS = 125;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private LedgerBenchmark() {}

    /** Measures at each doubling, and prints one line each. */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]).resolve("ledger.db");
        Files.createDirectories(file.getParent());
        long most = Long.parseLong(args[1]);
        boolean random = args[2].equals("random");
        Random uids = new Random(5);
        long id = 1;
        try (SqliteLedger ledger = SqliteLedger.open(file, Candidates.FIRST)) {
            for (long next = SLICE; id < most; next *= 2) {
                while (id < next) {
                    id = receive(ledger, id, random, uids);
                }
                long before = THREADS.getCurrentThreadCpuTime();
                id = receive(ledger, id, random, uids);
                long received = THREADS.getCurrentThreadCpuTime() - before;
                before = THREADS.getCurrentThreadCpuTime();
                List<Ledger.DueDelivery> due = ledger.due("a", Instant.now(), SLICE, Set.of(), 0);
                long claimed = THREADS.getCurrentThreadCpuTime() - before;
                before = THREADS.getCurrentThreadCpuTime();
                settle(ledger, due);
                long settled = THREADS.getCurrentThreadCpuTime() - before;
                System.out.printf(
                        "%,9d: received %5.1f, claimed %5.1f, settled %5.1f µs; %d MB%n",
                        id,
                        received / 1e3 / SLICE,
                        claimed / 1e3 / due.size(),
                        settled / 1e3 / due.size(),
                        Files.size(file) >> 20);
            }
            long before = THREADS.getCurrentThreadCpuTime();
            ledger.recount();
            System.out.printf("recount %d ms%n", (THREADS.getCurrentThreadCpuTime() - before) / 1_000_000);
        }
    }

    private static long receive(SqliteLedger ledger, long first, boolean random, Random uids) throws Exception {
        for (long id = first; id < first + SLICE; id += BATCH) {
            List<Change> batch = new ArrayList<>();
            for (long i = id; i < id + BATCH; i++) {
                String sop = random ? "2.25." + new BigInteger(UUID_BITS, uids) : "1.2.826.0.1.3680043.2.1125." + i;
                batch.add(LedgerFixtures.received(
                        LedgerFixtures.inLog(LedgerFixtures.instance(i, sop, "1.2.3." + i / 500), i / 5_000),
                        LedgerFixtures.plan("a")));
            }
            ledger.apply(batch);
        }
        return first + SLICE;
    }

    private static void settle(SqliteLedger ledger, List<Ledger.DueDelivery> due) throws Exception {
        for (int i = 0; i < due.size(); i += BATCH) {
            ledger.apply(due.subList(i, Math.min(i + BATCH, due.size())).stream()
                    .<Change>map(delivery ->
                            new Change.Settled(delivery.deliveryId(), new Settlement.Delivered(0), Instant.now()))
                    .toList());
        }
    }
}
