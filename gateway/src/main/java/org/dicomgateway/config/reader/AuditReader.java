package org.dicomgateway.config.reader;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings;
import org.dicomgateway.config.settings.AuditSettings.SyslogSettings.Protocol;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.security.ClientTls;

/** Reads {@code gateway.audit}. */
final class AuditReader {

    private static final Duration MAX_PAUSE = Duration.ofMinutes(10);
    private static final int MAX_NAME = 255;

    private AuditReader() {}

    static Supplier<AuditSettings> read(Section section, Setting<Path> directory) {
        Setting<Boolean> enabled = section.flag("enabled");
        Setting<String> source = name(section.text("source-id"));
        Setting<Optional<String>> site = section.optional("site-id", node -> name(node.text()));
        Setting<Boolean> patients = section.flag("patient-ids");
        Setting<Duration> pause = section.duration("transfer-pause", Limits.MIN_TIMEOUT, MAX_PAUSE);
        Setting<DataSize> total = section.size("total-size", DataSize.ofMebibytes(1), DataSize.ofMebibytes(1L << 30));
        Setting<DataSize> file = section.size("file-size", DataSize.ofKibibytes(64), DataSize.ofMebibytes(1024))
                .checkWith(
                        total,
                        (one, all) -> one.bytes() <= all.bytes() / 2,
                        (one, all) -> "file-size " + one + " is more than half of total-size " + all,
                        "lower file-size or raise total-size");
        Supplier<Optional<SyslogSettings>> syslog = syslog(section.section("syslog"));
        section.finish();
        return () -> new AuditSettings(
                enabled.get(),
                directory.get(),
                source.get(),
                site.get().orElse(""),
                patients.get(),
                pause.get(),
                file.get(),
                total.get(),
                syslog.get());
    }

    /** The syslog settings; empty when no host is set. */
    private static Supplier<Optional<SyslogSettings>> syslog(Section section) {
        Setting<Optional<String>> host = section.optional("host", node -> name(node.text()));
        Setting<Protocol> protocol = section.word("protocol", Protocol.class);
        Setting<Integer> port = section.integer("port", 1, 65_535);
        Setting<Duration> timeout = section.duration("timeout", Limits.MIN_TIMEOUT, Duration.ofMinutes(1));
        Section encryption = section.section("tls");
        Supplier<Optional<ClientTls>> tls = TlsReader.client(encryption, true);
        encryption
                .flag("enabled")
                .checkWith(
                        protocol,
                        (encrypted, by) -> !encrypted || by == Protocol.TCP,
                        (encrypted, by) -> "TLS is not possible over UDP",
                        "set protocol = tcp");
        section.finish();
        return () ->
                host.get().map(name -> new SyslogSettings(protocol.get(), name, port.get(), timeout.get(), tls.get()));
    }

    private static Setting<String> name(Setting<String> text) {
        return text.check(
                name -> !name.isBlank() && name.length() <= MAX_NAME,
                name -> "must have 1 to " + MAX_NAME + " characters",
                "");
    }
}
