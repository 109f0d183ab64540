package org.dicomgateway.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.NetworkFault;
import org.dicomgateway.testkit.OrthancServer;

/** What befalls everything around the gateway: servers, networks, its disk, its rules, and who calls it. */
final class WorldFaults {

    private static final int IDLE_CONNECTIONS = 60;
    private static final int RUBBISH_CONNECTIONS = 20;

    private final World world;
    private final Journal journal;
    private final Random random;
    private final Deck faults;
    private CompletableFuture<?> repair = CompletableFuture.completedFuture("none yet");
    private int edition = 1;

    WorldFaults(World world, Journal journal, Random random) {
        this.world = world;
        this.journal = journal;
        this.random = random;
        List<Deck.Fault> ofServers = List.of(
                this::killServer,
                this::freezeServer,
                this::network,
                this::editRules,
                this::changeBytes,
                this::changeBytes,
                this::wipeServer,
                this::repair,
                this::repair);
        List<Deck.Fault> ofAll = List.of(
                this::killServer,
                this::stopServer,
                this::freezeServer,
                this::network,
                this::network,
                this::network,
                this::latency,
                this::editRules,
                this::editRulesBadly,
                this::pauseDestination,
                this::fillDisk,
                this::nearlyFillDisk,
                this::idlers,
                this::rubbish);
        this.faults = new Deck(random, world.isFaithful() ? ofAll : ofServers);
    }

    /** One of them, each as often as any other; it is over when this returns. */
    void next() throws InterruptedException {
        faults.next();
    }

    /** By an operator, who asks again only when the last request has ended. Faults go on meanwhile. */
    private void repair() {
        if (repair.isDone()) {
            awaitRepair();
            repair = CompletableFuture.supplyAsync(() -> Torture.repair(world, journal));
        }
    }

    /** Waits for the end of what operators have asked for, and fails as it did. */
    void awaitRepair() {
        repair.join();
    }

    private OrthancServer server() {
        return world.servers().get(random.nextInt(world.servers().size()));
    }

    private void hold() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1_000 + random.nextInt(5_000));
    }

    private void killServer() throws InterruptedException {
        OrthancServer server = server();
        journal.done("server: SIGKILL", server.peer().aeTitle().value());
        server.kill();
        hold();
        server.startAgain();
    }

    private void stopServer() {
        OrthancServer server = server();
        journal.done("server: restarted in order", server.peer().aeTitle().value());
        server.stop();
        server.startAgain();
    }

    private void freezeServer() throws InterruptedException {
        OrthancServer server = server();
        journal.done("server: SIGSTOP for a while", server.peer().aeTitle().value());
        server.freeze();
        hold();
        server.thaw();
    }

    private void network() throws InterruptedException {
        FaultProxy network =
                world.networks().get(random.nextInt(world.networks().size()));
        NetworkFault[] all = NetworkFault.values();
        NetworkFault fault = all[1 + random.nextInt(all.length - 1)];
        journal.done("network: " + fault.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        if (fault == NetworkFault.LATE) {
            network.delayAnswers(5_000);
        }
        network.misbehave(fault);
        hold();
        network.behave();
    }

    private void changeBytes() throws InterruptedException {
        journal.done("network: changes bytes");
        FaultProxy network = world.networks().get(0);
        network.changeBytes();
        hold();
        network.behave();
    }

    private void wipeServer() {
        journal.done("server: loses all that it has");
        world.wipe();
    }

    private void latency() throws InterruptedException {
        journal.done("network: 300 ms latency");
        FaultProxy network =
                world.networks().get(random.nextInt(world.networks().size()));
        network.delayAnswers(300);
        hold();
        network.delayAnswers(0);
    }

    private void editRules() {
        journal.done("rules: edited");
        world.route(++edition);
    }

    private void editRulesBadly() throws InterruptedException {
        journal.done("rules: edited with a mistake, and mended");
        world.routeBadly(edition);
        hold();
        world.route(++edition);
    }

    private void pauseDestination() throws InterruptedException {
        String name = server().peer().aeTitle().value().toLowerCase(Locale.ROOT);
        if (world.gateway().ask("pause", name, "--reason", "torture").succeeded()) {
            journal.done("operator: pause and resume", name);
            hold();
            resume(name);
        }
    }

    /** The gateway may be down at that moment. */
    private void resume(String name) throws InterruptedException {
        for (int tries = 0; tries < 30 && !world.gateway().ask("resume", name).succeeded(); tries++) {
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private void fillDisk() throws InterruptedException {
        fillDisk("disk: full", 0);
    }

    private void nearlyFillDisk() throws InterruptedException {
        fillDisk("disk: nearly full", 6L << 20);
    }

    private void fillDisk(String what, long leave) throws InterruptedException {
        if (world.hasOwnDisk()) {
            journal.done(what);
            world.fillDisk(leave);
            hold();
            world.emptyDisk();
        }
    }

    private void idlers() throws InterruptedException {
        journal.done("caller: " + IDLE_CONNECTIONS + " connections that say nothing");
        List<Socket> idlers = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE_CONNECTIONS; i++) {
                connect().ifPresent(idlers::add);
            }
            hold();
        } finally {
            idlers.forEach(WorldFaults::close);
        }
    }

    private void rubbish() {
        journal.done("caller: " + RUBBISH_CONNECTIONS + " connections that send rubbish");
        for (int i = 0; i < RUBBISH_CONNECTIONS; i++) {
            byte[] noise = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
                noise[0] = (byte) (1 + random.nextInt(7));
            }
            connect().ifPresent(socket -> {
                try (socket) {
                    socket.getOutputStream().write(noise);
                } catch (IOException refused) {
                    // As it should be.
                }
            });
        }
    }

    private Optional<Socket> connect() {
        try {
            return Optional.of(new Socket(
                    InetAddress.getLoopbackAddress(), world.gateway().peer().port()));
        } catch (IOException down) {
            return Optional.empty();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
