package org.dicomgateway.forward.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.WhenExists;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.forward.association.StoreConnection;
import org.dicomgateway.forward.outcome.Outcome;
import org.dicomgateway.forward.outcome.Outcome.Delivered;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.TlsContexts;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.spool.DamagedInstanceException;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.Waiting;
import org.dicomgateway.testkit.web.HostileWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** STOW-RS over TLS through a real HAProxy, which offers HTTP/2. */
@Timeout(60)
class StowTlsIT {

    private static final int SIZE = 3_000_000;

    @TempDir
    private Path directory;

    private final List<String> versions = new CopyOnWriteArrayList<>();

    private Child proxy(HostileWebServer server, Certificates certificates, int port) throws IOException {
        Path pem = directory.resolve("server.pem");
        Files.writeString(
                pem,
                Files.readString(certificates.certificate("server")) + Files.readString(certificates.key("server")));
        Path configuration = Files.writeString(directory.resolve("haproxy.cfg"), """
                global
                  maxconn 200
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 1m
                  timeout server 1m
                listen web
                  bind 127.0.0.1:%d ssl crt %s alpn h2,http/1.1
                  http-request set-header X-Version %%[req.ver]
                  server behind 127.0.0.1:%d
                """.formatted(
                        port, pem, server.url("/").getPort()));
        Child child = Child.start(
                directory.resolve("haproxy.log"),
                Map.of(),
                List.of("/usr/sbin/haproxy", "-db", "-f", configuration.toString()));
        Waiting.until("HAProxy", child, () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return child;
    }

    private static StowConnector connector(int port, List<Path> trust) {
        Duration limit = Duration.ofSeconds(2);
        ClientTls tls =
                new ClientTls(new TlsSettings(Optional.empty(), trust, TlsProfile.BCP_195), true, Optional.empty());
        DestinationSettings destination = Destinations.web(
                "web",
                Destinations.dicomWeb(
                        URI.create("https://localhost:" + port + "/dicom-web"),
                        Optional.empty(),
                        Optional.empty(),
                        WhenExists.COMPARE),
                new RequestorSettings(limit, limit, limit, limit, limit, 16384, Optional.of(tls)));
        return new StowConnector(
                destination,
                WebAccess.to(destination, new TlsContexts(InstantSource.system())),
                destination.requestor(),
                (to, claim, sentAs) -> new HeldCopy.Answer(HeldCopy.Kind.UNKNOWN, ""),
                InstantSource.system());
    }

    private static Outcome store(StowConnector connector, InputStream dataset) throws Exception {
        try (StoreConnection connection = connector.open(StowConnectorTest.US, List.of(StowConnectorTest.PAIR))) {
            return StowConnectorTest.store(
                    connection,
                    StowConnectorTest.claim(SIZE),
                    new Outgoing(StowConnectorTest.PAIR, StowConnectorTest.SOP, SIZE, dataset, Optional.empty()));
        }
    }

    @Test
    void HTTP_2_is_used_where_it_is_offered_and_only_a_trusted_server_is_called() throws Exception {
        Certificates certificates = new Certificates(directory.resolve("ours")).make("server");
        Certificates others = new Certificates(directory.resolve("others")).make("server");
        int port = FreePorts.next();
        try (HostileWebServer server = new HostileWebServer()) {
            server.behaviour = exchange -> {
                versions.add(exchange.getRequestHeaders().getFirst("X-Version"));
                HostileWebServer.answer(exchange, 200, StowConnectorTest.JSON, StowConnectorTest.STORED);
            };
            try (Child proxy = proxy(server, certificates, port)) {
                StowConnector connector = connector(port, List.of(certificates.authority()));
                byte[] dataset = new byte[SIZE];

                assertThat(store(connector, new ByteArrayInputStream(dataset))).isEqualTo(new Delivered(0));
                assertThat(store(connector, new ByteArrayInputStream(dataset))).isEqualTo(new Delivered(0));

                assertThat(versions).as(proxy.output()).containsExactly("2.0", "2.0");
                assertThat(server.requests())
                        .allMatch(HostileWebServer.Request::whole)
                        .allMatch(request -> request.body().length() > SIZE);

                InputStream damaged =
                        new SequenceInputStream(new ByteArrayInputStream(dataset, 0, SIZE - 1), new Damaged());
                assertThatThrownBy(() -> store(connector, damaged)).isInstanceOf(DamagedInstanceException.class);
                assertThat(server.requests().stream().filter(HostileWebServer.Request::whole))
                        .hasSize(2);
                assertThat(store(connector, new ByteArrayInputStream(dataset))).isEqualTo(new Delivered(0));

                AssociationException stranger = catchThrowableOfType(
                        AssociationException.class,
                        () -> store(connector(port, List.of(others.authority())), new ByteArrayInputStream(dataset)));
                assertThat(stranger.reason()).isEqualTo(Cause.CONNECT);
                assertThat(stranger).hasMessageContaining("no TLS connection");
            }
        }
    }

    /** As behind a firewall that has forgotten it. A stream of HTTP/2 can be given up, and its connection stay. */
    @Test
    void a_connection_of_HTTP_2_that_has_become_silent_is_not_used_again() throws Exception {
        Certificates certificates = new Certificates(directory.resolve("ours")).make("server");
        int port = FreePorts.next();
        try (HostileWebServer server = new HostileWebServer();
                FaultProxy network = FaultProxy.before(new Peer(StowConnectorTest.US, "localhost", port))) {
            server.answers(200, StowConnectorTest.JSON, StowConnectorTest.STORED);
            try (Child proxy = proxy(server, certificates, port)) {
                StowConnector connector = connector(network.peer().port(), List.of(certificates.authority()));
                byte[] dataset = new byte[SIZE];
                assertThat(store(connector, new ByteArrayInputStream(dataset)))
                        .as(proxy.output())
                        .isEqualTo(new Delivered(0));

                network.forgetConnections();

                AssociationException silent = catchThrowableOfType(
                        AssociationException.class, () -> store(connector, new ByteArrayInputStream(dataset)));
                assertThat(silent.reason()).isEqualTo(Cause.TIMEOUT);
                assertThat(store(connector, new ByteArrayInputStream(dataset))).isEqualTo(new Delivered(0));
            }
        }
    }

    /** The end of a damaged instance. */
    private static final class Damaged extends InputStream {
        @Override
        public int read() throws IOException {
            throw new DamagedInstanceException("damaged", null);
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            return read();
        }
    }
}
