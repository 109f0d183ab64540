package org.dicomgateway.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.NetworkFault;
import org.dicomgateway.testkit.scp.StoreScp;

/** What befalls the gateways of a cluster, its database, and the networks between them. */
final class ClusterFaults {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final ClusterWorld world;
    private final Journal journal;
    private final Random random;
    private int published;
    private final Deck ofGateways;
    private final Deck ofTheDatabase;

    ClusterFaults(ClusterWorld world, Journal journal, Random random) {
        this.world = world;
        this.journal = journal;
        this.random = random;
        ofGateways = new Deck(
                random,
                List.of(
                        this::kill,
                        this::killForLong,
                        this::killForLong,
                        this::killWhileItStarts,
                        this::killTwo,
                        this::loseDisk,
                        this::loseDisk,
                        this::restoreDisk,
                        this::freeze,
                        this::freezeForLong,
                        this::terminate,
                        this::killArchive,
                        this::freezeArchive,
                        this::networkOfArchive,
                        this::networkOfArchive,
                        this::publish));
        ofTheDatabase = new Deck(
                random,
                List.of(
                        this::killPrimary,
                        this::freezePrimary,
                        this::killStandby,
                        this::freezeStandby,
                        this::failOver,
                        this::network,
                        this::network,
                        this::network,
                        this::breakBackends,
                        this::breakBackends));
    }

    /** One of them; it is over when this returns. */
    void nextOfGateways() throws InterruptedException {
        ofGateways.next();
    }

    /** One of them; it is over when this returns. Databases heal one after the other. */
    void nextOfTheDatabase() throws InterruptedException {
        ofTheDatabase.next();
    }

    private ClusterWorld.Node node() {
        return world.nodes().get(random.nextInt(world.nodes().size()));
    }

    private void hold(int atLeast, int atMost) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(atLeast + random.nextInt(atMost - atLeast));
    }

    private void kill() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGKILL");
        node.kill();
        hold(0, 1_000);
        node.up();
    }

    private void killForLong() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGKILL, for longer than its lease");
        node.kill();
        hold(4_000, 9_000);
        node.up();
    }

    private void killWhileItStarts() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGKILL, and again while it starts or takes over");
        node.kill();
        node.up();
        hold(500, 3_000);
        node.kill();
        node.up();
    }

    /** The second one while it takes over from the first. */
    private void killTwo() throws InterruptedException {
        ClusterWorld.Node first = node();
        ClusterWorld.Node second = world.nodes().stream()
                .filter(each -> !each.equals(first))
                .findAny()
                .orElseThrow();
        journal.done("gateway: SIGKILL of two, the second one while it takes over");
        first.kill();
        hold(3_500, 6_000);
        second.kill();
        hold(0, 5_000);
        first.up();
        second.up();
    }

    private void loseDisk() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGKILL, and its disk is lost");
        node.kill();
        node.loseDisk();
        hold(0, 5_000);
        node.up();
    }

    private void restoreDisk() throws InterruptedException {
        ClusterWorld.Node node = node();
        if (!Files.exists(node.disk())) {
            // Its disk was lost, and without the database it has not begun a new one.
            return;
        }
        journal.done("gateway: its disk is replaced by an older copy");
        Path old = node.disk().resolveSibling("old");
        node.kill();
        ClusterWorld.copy(node.disk(), old);
        node.up();
        hold(3_000, 8_000);
        node.kill();
        ClusterWorld.copy(old, node.disk());
        node.up();
    }

    private void freeze() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGSTOP for a while");
        node.signal("STOP");
        hold(300, 2_000);
        node.signal("CONT");
    }

    private void freezeForLong() throws InterruptedException {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGSTOP for longer than its lease");
        node.signal("STOP");
        hold(4_000, 9_000);
        node.signal("CONT");
    }

    private void terminate() {
        ClusterWorld.Node node = node();
        journal.done("gateway: SIGTERM");
        node.terminate(STOP_LIMIT);
        node.up();
    }

    private StoreScp archive() {
        return world.archives().get(random.nextInt(world.archives().size()));
    }

    private void killArchive() throws InterruptedException {
        StoreScp archive = archive();
        journal.done("destination: SIGKILL");
        archive.kill();
        hold(500, 4_000);
        archive.startAgain();
    }

    private void freezeArchive() throws InterruptedException {
        StoreScp archive = archive();
        journal.done("destination: SIGSTOP for a while");
        archive.freeze();
        hold(500, 4_000);
        archive.thaw();
    }

    private void networkOfArchive() throws InterruptedException {
        List<NetworkFault> faults = List.of(
                NetworkFault.BLACK_HOLE,
                NetworkFault.REFUSE,
                NetworkFault.NO_ANSWER,
                NetworkFault.HALF_OPEN,
                NetworkFault.BYTE_BY_BYTE,
                NetworkFault.RESET_IN_PDU,
                NetworkFault.ABORT);
        NetworkFault fault = faults.get(random.nextInt(faults.size()));
        journal.done("network between the gateways and a destination: "
                + fault.name().toLowerCase(Locale.ROOT));
        FaultProxy way = world.ways().get(random.nextInt(world.ways().size()));
        way.misbehave(fault);
        hold(500, 7_000);
        way.behave();
        way.breakConnections();
    }

    /** Gateways that are away follow when they are back; whoever dies over it leaves them all, or none. */
    private void publish() {
        published++;
        Path file = world.nodes().get(0).disk().resolveSibling("published.conf");
        try {
            Files.writeString(file, world.rules(published));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Dcmtk.Result result = node().gateway().ask("rules", "publish", file.toString());
        journal.done("rules: " + (result.succeeded() ? "published" : "not published, or not everywhere at once"));
    }

    private void killPrimary() throws InterruptedException {
        journal.done("primary: SIGKILL, and started again");
        world.primary().kill();
        hold(0, 4_000);
        world.primary().startAgain();
    }

    private void freezePrimary() throws InterruptedException {
        journal.done("primary: SIGSTOP for a while");
        world.primary().signal("STOP");
        hold(500, 6_000);
        world.primary().signal("CONT");
    }

    private void killStandby() throws InterruptedException {
        journal.done("standby: SIGKILL, and started again");
        world.standby().kill();
        hold(0, 5_000);
        world.standby().startAgain();
    }

    private void freezeStandby() throws InterruptedException {
        journal.done("standby: SIGSTOP for a while");
        world.standby().signal("STOP");
        hold(500, 8_000);
        world.standby().signal("CONT");
    }

    private void failOver() {
        journal.done("primary: lost with its data, the standby takes its place");
        world.failOver();
    }

    private void network() throws InterruptedException {
        List<NetworkFault> faults = List.of(
                NetworkFault.BLACK_HOLE,
                NetworkFault.REFUSE,
                NetworkFault.RESET_IN_PDU,
                NetworkFault.BYTE_BY_BYTE,
                NetworkFault.NONE);
        NetworkFault fault = faults.get(random.nextInt(faults.size()));
        journal.done("network between a gateway and the database: "
                + (fault == NetworkFault.NONE
                        ? "all connections break"
                        : fault.name().toLowerCase(Locale.ROOT)));
        List<FaultProxy> networks = node().networks();
        networks.forEach(network -> network.misbehave(fault));
        if (fault == NetworkFault.NONE || fault == NetworkFault.REFUSE) {
            networks.forEach(FaultProxy::breakConnections);
        }
        if (fault != NetworkFault.NONE) {
            hold(500, 7_000);
            networks.forEach(FaultProxy::behave);
        }
    }

    private void breakBackends() throws InterruptedException {
        String how = random.nextBoolean() ? "pg_terminate_backend" : "pg_cancel_backend";
        journal.done("database: " + how + ", of one connection after the other");
        for (int i = 0; i < 20; i++) {
            world.primary()
                    .execute("SELECT " + how + "(pid) FROM pg_stat_activity "
                            + "WHERE application_name LIKE 'dicom-gateway%' AND (state <> 'idle' OR random() < 0.1) "
                            + "ORDER BY wait_event = 'SyncRep' DESC NULLS LAST, random() LIMIT 1");
            hold(20, 200);
        }
    }
}
