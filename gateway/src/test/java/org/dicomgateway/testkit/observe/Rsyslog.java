package org.dicomgateway.testkit.observe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.dicomgateway.testkit.Certificates;
import org.dicomgateway.testkit.Child;
import org.dicomgateway.testkit.FreePorts;
import org.jspecify.annotations.Nullable;

/**
 * A real syslog server, rsyslog, that speaks TLS and asks for a certificate. Each message is a line of its file:
 * priority, application, message id, message, apart by {@code |}.
 */
public final class Rsyslog implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/rsyslogd");

    private final Path folder;
    private final int port = FreePorts.next();
    private @Nullable Child child;

    /** In a folder of its own, with the certificate of this name. Not started. */
    public Rsyslog(Path folder, Certificates certificates, String name) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            // A copy: where the packaged program is confined to its own paths, this one is not.
            if (Files.exists(PROGRAM)) {
                Files.copy(PROGRAM, folder.resolve("rsyslogd"), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Files.writeString(folder.resolve("rsyslog.conf"), """
                    global(workDirectory="%1$s" maxMessageSize="64k" defaultNetstreamDriver="ossl"
                      defaultNetstreamDriverCAFile="%2$s" defaultNetstreamDriverCertFile="%3$s"
                      defaultNetstreamDriverKeyFile="%4$s")
                    module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
                    input(type="imtcp" address="127.0.0.1" port="%5$d")
                    template(name="line" type="string" string="%%pri%%|%%app-name%%|%%msgid%%|%%msg%%\\n")
                    action(type="omfile" file="%1$s/received" template="line")
                    """.formatted(
                    folder, certificates.authority(), certificates.certificate(name), certificates.key(name), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it; it listens some moments later. */
    public Rsyslog start() {
        child = Child.start(
                folder.resolve("output.txt"),
                Map.of(),
                List.of(
                        folder.resolve("rsyslogd").toString(),
                        "-n",
                        "-f",
                        folder.resolve("rsyslog.conf").toString(),
                        "-i",
                        folder.resolve("pid").toString()));
        return this;
    }

    /** Stops it; what it received stays. */
    public void stop() {
        if (child != null) {
            child.terminate(Duration.ofSeconds(10));
        }
    }

    /** Its port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** What it received so far. */
    public List<String> received() {
        try {
            Path file = folder.resolve("received");
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
