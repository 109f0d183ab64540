package org.dicomgateway.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Modality;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.TestFiles;

/**
 * Asks for the commitment of what senders saw answered with success. When a report says that all is stored, it asks the
 * servers at once: each must have the version that was asked for, unless it does not answer just then.
 */
final class Commitments implements AutoCloseable {

    private static final int NO_SUCH_OBJECT_INSTANCE = 0x0112;

    private final Modality modality;
    private final World world;
    private final Journal journal;
    private final AtomicInteger last = new AtomicInteger();
    private final Map<String, Request> asked = new ConcurrentHashMap<>();
    private final Set<String> promised = ConcurrentHashMap.newKeySet();
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread checking = new Thread(this::check, "commitments");
    private int checked;

    /** @param sentSince when the first of them was offered, by {@link System#nanoTime} */
    private record Request(List<Sent> versions, long sentSince) {}

    Commitments(World world, Journal journal) {
        this.modality = world.modality();
        this.world = world;
        this.journal = journal;
        checking.setDaemon(true);
        checking.start();
    }

    /** Requests the commitment of these versions, which were offered since then. The gateway may be away. */
    void ask(Peer gateway, List<Sent> versions, long sentSince) {
        if (versions.isEmpty()) {
            return;
        }
        String transaction = "2.25." + last.incrementAndGet();
        asked.put(transaction, new Request(versions, sentSince));
        List<SopReference> references = versions.stream()
                .map(each ->
                        new SopReference(each.everywhere() ? TestFiles.CT : TestFiles.MR, Uid.of(each.sopInstance())))
                .toList();
        try {
            if (modality.request(gateway, transaction, references) == 0) {
                promised.add(transaction);
            }
        } catch (RuntimeException away) {
            journal.done("sender: its request of storage commitment gets no answer");
        }
    }

    private void check() {
        try {
            while (!ending.await(100, TimeUnit.MILLISECONDS)) {
                List<Modality.Report> reports = modality.reports();
                for (; checked < reports.size(); checked++) {
                    check(reports.get(checked));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(Modality.Report report) {
        reported.add(report.transaction());
        Request request = asked.getOrDefault(report.transaction(), new Request(List.of(), 0));
        List<Sent> versions = request.versions();
        Set<String> committed = new HashSet<>(report.committed());
        if (report.event() == 1 && committed.size() != versions.size()) {
            wrong.add("untrue: transaction " + report.transaction() + " names " + committed.size() + " instances of "
                    + versions.size());
        }
        // A ledger that was built anew does not know what was delivered and recycled before.
        report.failed().forEach((uid, reason) -> {
            if (reason != NO_SUCH_OBJECT_INSTANCE) {
                wrong.add("untrue: " + uid + " is reported as failed for " + Integer.toHexString(reason));
            }
        });
        versions.stream()
                .filter(each -> committed.contains(each.sopInstance()))
                .forEach(each -> check(each, request.sentSince()));
    }

    private void check(Sent version, long sentSince) {
        List<OrthancServer> servers = world.servers();
        long wanted = world.copies(version);
        // What a server was found to hold, it can lose before the report.
        List<String> without = servers.stream()
                .filter(server -> !mayHold(server, version) && !world.wasWipedSince(server, sentSince))
                .map(server -> server.peer().aeTitle().value())
                .toList();
        if (servers.size() - without.size() < wanted) {
            wrong.add("untrue: " + version.id() + " was committed and is not on " + without);
        }
    }

    private static boolean mayHold(OrthancServer server, Sent version) {
        try {
            return server.rest().holds(version.id())
                    && Sent.digest(Audit.asSent(server.file(version.id()))).equals(version.digest());
        } catch (IOException silent) {
            return true;
        }
    }

    /** Whether each request that was answered with success has its report. */
    boolean areAllReported() {
        return reported.containsAll(promised);
    }

    /** What is wrong with the reports, in words. */
    List<String> wrong() {
        List<String> all = new ArrayList<>(wrong);
        promised.stream()
                .filter(each -> !reported.contains(each))
                .forEach(each -> all.add("no report: transaction " + each));
        return all;
    }

    /** For the report of the run. */
    String summary() {
        Map<Integer, Integer> events = new TreeMap<>();
        modality.reports().forEach(report -> events.merge(report.event(), 1, Integer::sum));
        return promised.size() + " requests of storage commitment answered with success, reports by event: " + events;
    }

    @Override
    public void close() {
        ending.countDown();
    }
}
