package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.dicomgateway.testkit.GatewayProcess;

/** What befalls the gateway itself, and its ledger while it is down. */
final class GatewayFaults {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private static final int MAX_STARTS = 30;

    private final World world;
    private final Journal journal;
    private final Random random;
    private final Deck faults;

    GatewayFaults(World world, Journal journal, Random random) {
        this.world = world;
        this.journal = journal;
        this.random = random;
        List<Deck.Fault> all = new ArrayList<>(
                List.of(this::kill, this::kill, this::killWhileItStarts, this::terminate, this::freeze));
        if (world.isFaithful()) {
            // A ledger that is built anew has forgotten what was delivered and recycled: nothing can repair that.
            all.addAll(List.of(this::loseLedger, this::damageLedger, this::cutLedger, this::damageWriteAheadLog));
        }
        this.faults = new Deck(random, all);
    }

    /** One of them, each as often as any other; the gateway runs again afterwards. */
    void next() throws InterruptedException {
        faults.next();
    }

    private GatewayProcess gateway() {
        return world.gateway();
    }

    /**
     * As a supervisor does: when it cannot start on a disk that is full, or with rules that are just wrong, again until
     * it can.
     */
    private void start() throws InterruptedException {
        for (int tries = 1; ; tries++) {
            try {
                gateway().start();
                return;
            } catch (IllegalStateException e) {
                if (tries > MAX_STARTS || !world.preventsStart()) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(500);
                journal.done("gateway: cannot start (full disk, wrong rules), and is started again");
            }
        }
    }

    private void kill() throws InterruptedException {
        journal.done("gateway: SIGKILL");
        gateway().kill();
        start();
    }

    private void killWhileItStarts() throws InterruptedException {
        journal.done("gateway: SIGKILL, and again while it starts");
        gateway().kill();
        gateway().begin();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
        gateway().kill();
        start();
    }

    private void terminate() throws InterruptedException {
        journal.done("gateway: SIGTERM");
        assertThat(gateway().terminate(STOP_LIMIT))
                .as("exit code after SIGTERM")
                .isZero();
        start();
    }

    private void freeze() throws InterruptedException {
        journal.done("gateway: SIGSTOP for a while");
        gateway().signal("STOP");
        TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(3_000));
        gateway().signal("CONT");
    }

    private void loseLedger() throws InterruptedException {
        journal.done("ledger: deleted while the gateway is down");
        gateway().kill();
        world.ledger().forEach(GatewayFaults::delete);
        start();
    }

    private void damageLedger() throws InterruptedException {
        journal.done("ledger: overwritten with noise while the gateway is down");
        gateway().kill();
        changeLedger(file -> {
            byte[] noise = new byte[8_192];
            random.nextBytes(noise);
            file.seek(random.nextInt((int) Math.max(1, file.length() / 2)));
            file.write(noise);
        });
        start();
    }

    private void cutLedger() throws InterruptedException {
        journal.done("ledger: cut off while the gateway is down");
        gateway().kill();
        changeLedger(file -> file.setLength(file.length() / 2));
        start();
    }

    /** SQLite takes what is left of it for an older, sound ledger. */
    private void damageWriteAheadLog() throws InterruptedException {
        gateway().kill();
        Path log = world.ledger().get(1);
        long length = length(log);
        switch (length == 0 ? 4 : random.nextInt(4)) {
            case 0 -> {
                journal.done("ledger: its write-ahead log cut off while the gateway is down");
                change(log, file -> file.setLength(1 + (long) (random.nextDouble() * length)));
            }
            case 1 -> {
                journal.done("ledger: zeros in its write-ahead log while the gateway is down");
                change(log, file -> {
                    long at = (long) (random.nextDouble() * length);
                    file.seek(at);
                    file.write(new byte[(int) Math.min(64 << 10, length - at)]);
                });
            }
            case 2 -> {
                journal.done("ledger: its write-ahead log deleted while the gateway is down");
                delete(log);
            }
            case 3 -> {
                journal.done("ledger: a bit flipped in its write-ahead log while the gateway is down");
                change(log, file -> {
                    long at = (long) (random.nextDouble() * length);
                    file.seek(at);
                    int old = file.read();
                    file.seek(at);
                    file.write(old ^ 1 << random.nextInt(8));
                });
            }
            default -> journal.done("gateway: SIGKILL");
        }
        start();
    }

    private static long length(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Damage {
        void on(RandomAccessFile file) throws IOException;
    }

    private void changeLedger(Damage damage) {
        change(world.ledger().get(0), damage);
    }

    private static void change(Path path, Damage damage) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            damage.on(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
