package org.dicomgateway.dicom.wire;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.aoju.bus.image.metric.internal.pdu.AAbort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DicomSocketTest {

    private ServerSocket server;
    private Socket peer = new Socket();

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        server.close();
        await().atMost(ofSeconds(10))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .doesNotContain("watchdog-of-the-test"));
    }

    @Test
    void a_write_that_the_peer_does_not_take_ends_with_the_socket() throws IOException {
        try (DicomSocket socket = connect(ofMillis(300))) {
            OutputStream out = socket.getOutputStream();
            byte[] much = new byte[1 << 20];

            assertThatThrownBy(() -> {
                        while (true) {
                            out.write(much);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(socket.timedOut()).isTrue();
            assertThat(socket.isClosed()).isTrue();
        }
    }

    @Test
    void a_limit_that_is_lifted_while_a_read_waits_under_it_does_not_end_that_read() throws Exception {
        try (DicomSocket socket = connect(ofSeconds(20))) {
            socket.readBefore(ofMillis(500));
            FutureTask<Integer> read =
                    new FutureTask<>(() -> socket.getInputStream().read());
            new Thread(read).start();
            assertThatThrownBy(() -> read.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

            socket.readWithoutLimit();
            assertThatThrownBy(() -> read.get(700, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            peer.getOutputStream().write(new byte[] {5, 0, 0, 0, 0, 4, 0, 0, 0, 0});

            assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(socket.timedOut()).isFalse();
        }
    }

    @Test
    void a_total_limit_holds_however_busily_the_peer_drips() throws Exception {
        try (DicomSocket socket = connect(ofSeconds(20))) {
            socket.readBefore(ofMillis(300));
            OutputStream drip = peer.getOutputStream();

            assertThatThrownBy(() -> {
                        while (true) {
                            drip.write(0);
                            drip.flush();
                            socket.getInputStream().read();
                        }
                    })
                    .isInstanceOf(AAbort.class);
            assertThat(socket.timedOut()).isTrue();
        }
    }

    @Test
    void the_wait_for_a_message_and_the_waits_within_it_have_limits_of_their_own() throws Exception {
        try (DicomSocket socket = connect(ofSeconds(20))) {
            socket.awaitMessage(ofSeconds(20), ofMillis(300), 0);
            peer.getOutputStream().write(4);

            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(AAbort.class);
        }
    }

    private DicomSocket connect(Duration writeTimeout) throws IOException {
        DicomSocket socket =
                new DicomSocket(new Watchdog("watchdog-of-the-test"), writeTimeout, PduGuard.Side.ACCEPTOR, 16384);
        socket.connect(server.getLocalSocketAddress());
        peer = server.accept();
        socket.start();
        return socket;
    }
}
