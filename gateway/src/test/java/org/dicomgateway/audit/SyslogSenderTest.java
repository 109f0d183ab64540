package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.TlsContext;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Syslog servers that are slow, or mean harm. */
@Tag("slow")
class SyslogSenderTest {

    private static final Duration PATIENCE = Duration.ofMillis(300);

    @TempDir
    private Path folder;

    private Journal journal;

    @BeforeEach
    void open() throws IOException {
        journal = Journal.open(folder, 1 << 20, 10 << 20);
    }

    @AfterEach
    void close() throws IOException {
        journal.close();
    }

    private SyslogSender sender(SyslogSender.Dialler dialler) {
        return new SyslogSender(journal, new Cursor(folder), new Syslog("here"), dialler, "there:514", PATIENCE);
    }

    @Test
    void a_server_that_is_slow_and_not_stuck_gets_everything() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        AtomicInteger dials = new AtomicInteger();
        journal.append(IntStream.range(0, 20)
                .mapToObj(i -> "<AuditMessage " + i + "/>")
                .toList());
        try (SyslogSender sender = sender(() -> {
            dials.incrementAndGet();
            return new Link() {
                @Override
                public void send(byte[] message) throws IOException {
                    LockSupport.parkNanos(PATIENCE.toNanos() / 5);
                    requireOpen();
                    received.add(new String(message, java.nio.charset.StandardCharsets.UTF_8));
                }
            };
        })) {
            sender.start();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                sender.watch();
                return received.size() >= 20;
            });
        }
        assertThat(dials).hasValue(1);
    }

    @Test
    void a_server_that_hangs_up_at_once_each_time_is_away() throws Exception {
        AtomicInteger dials = new AtomicInteger();
        journal.append(List.of("<AuditMessage/>"));
        try (LogLines log = new LogLines(SyslogSender.class.getName());
                SyslogSender sender = sender(() -> {
                    dials.incrementAndGet();
                    return new Link() {
                        @Override
                        public void check() throws IOException {
                            throw new EOFException("the server hung up");
                        }
                    };
                })) {
            sender.start();
            await().until(() -> dials.get() == 3);
            assertThat(log.all()).singleElement().asString().contains("syslog server there:514 is unavailable");
        }
    }

    @Test
    void a_server_that_never_comes_to_the_end_of_the_handshake_is_hung_up_on() throws Exception {
        SSLSocketFactory tls = SSLContext.getDefault().getSocketFactory();
        try (ServerSocket dripping = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), dripping.getLocalPort());
            SyslogLink.Stream.Layer layer = wire -> tls.createSocket(wire, "localhost", address.getPort(), true);
            try (SyslogSender sender = sender(() -> SyslogLink.Stream.connect(address, Duration.ofSeconds(5), layer))) {
                sender.start();
                try (Socket called = dripping.accept()) {
                    // A record of 16 KiB that comes byte by byte, each within the time for a read.
                    called.getOutputStream().write(new byte[] {0x16, 3, 3, 0x40, 0});
                    await().atMost(Duration.ofSeconds(20))
                            .pollInterval(Duration.ofMillis(50))
                            .until(() -> {
                                sender.watch();
                                return isHungUp(called);
                            });
                }
            }
        }
    }

    @Test
    void hanging_up_on_a_server_that_reads_nothing_any_more_does_not_wait_for_it() throws Exception {
        Certificates certificates = new Certificates(folder.resolve("certificates")).make("syslog");
        TlsContexts contexts = new TlsContexts(InstantSource.system());
        TlsSettings own = new TlsSettings(
                Optional.of(new IdentityFiles.Pem(
                        certificates.certificate("syslog"), certificates.key("syslog"), Optional.empty())),
                List.of(certificates.authority()),
                TlsProfile.BCP_195);
        try (ServerSocket deaf = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> called = CompletableFuture.supplyAsync(() -> shakeHands(deaf, contexts.of(own)));
            InetSocketAddress address = new InetSocketAddress("localhost", deaf.getLocalPort());
            SyslogLink.Stream link = SyslogLink.Stream.connect(
                    address,
                    Duration.ofSeconds(20),
                    wire -> contexts.of(own)
                            .connected(
                                    wire, "localhost", address.getPort(), new ClientTls(own, true, Optional.empty())));
            link.begin();
            Thread writing = new Thread(() -> sendUntilHungUp(link));
            writing.setDaemon(true);
            writing.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> isStuck(writing));
            assertTimeoutPreemptively(Duration.ofSeconds(10), link::close);
            writing.join(10_000);
            assertThat(writing.isAlive()).isFalse();
            called.join().close();
        }
    }

    private static Socket shakeHands(ServerSocket listening, TlsContext context) {
        try {
            SSLSocket accepted = context.accepted(listening.accept(), ServerTls.ClientAuthentication.NONE);
            accepted.startHandshake();
            return accepted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sendUntilHungUp(SyslogLink link) {
        try {
            while (true) {
                link.send(new byte[60_000]);
            }
        } catch (IOException hungUp) {
            // As it should be.
        }
    }

    /** In a write, and at the same place a moment later. */
    private static boolean isStuck(Thread thread) {
        StackTraceElement[] before = thread.getStackTrace();
        LockSupport.parkNanos(500_000_000);
        StackTraceElement[] after = thread.getStackTrace();
        return before.length > 0 && java.util.Arrays.equals(before, after);
    }

    private static boolean isHungUp(Socket called) {
        try {
            called.getOutputStream().write(0);
            return false;
        } catch (IOException hungUp) {
            return true;
        }
    }

    /** One that takes everything. */
    private static class Link implements SyslogLink {

        private volatile boolean closed;

        final void requireOpen() throws IOException {
            if (closed) {
                throw new EOFException("hung up on");
            }
        }

        @Override
        public void send(byte[] message) throws IOException {
            requireOpen();
        }

        @Override
        public void check() throws IOException {
            requireOpen();
        }

        @Override
        public Duration settling() {
            return Duration.ofSeconds(2);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
