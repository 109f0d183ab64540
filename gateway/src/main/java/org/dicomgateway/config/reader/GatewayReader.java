package org.dicomgateway.config.reader;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.AuditSettings;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.security.PasswordHash;

/** Reads {@code gateway.conf}. Relative paths in it are relative to its own folder. */
public final class GatewayReader {

    private static final DataSize MIN_SEGMENT = DataSize.ofMebibytes(1);
    private static final DataSize MAX_SEGMENT = DataSize.ofMebibytes(1024);
    private static final DataSize MAX_MEMORY = DataSize.ofMebibytes(64L * 1024);
    private static final DataSize MAX_FREE = DataSize.ofMebibytes(1L << 30);
    private static final Duration MAX_HISTORY = Duration.ofDays(36_500);

    private final Path folder;
    private final Problems problems;

    public GatewayReader(Path folder, Problems problems) {
        this.folder = folder;
        this.problems = problems;
    }

    /** The settings, which can be read when no problem was reported. The routing file is available earlier. */
    public record Draft(Setting<Path> routing, Supplier<GatewaySettings> settings) {}

    public Draft read(Section root) {
        Section gateway = root.section("gateway");
        List<Supplier<ListenerSettings>> listeners = listeners(gateway);
        Supplier<SpoolSettings> spool = spool(gateway.section("spool"));
        Supplier<AdminSettings> admin = AdminReader.read(gateway.section("admin"));
        Section trail = gateway.section("audit");
        Supplier<AuditSettings> audit = AuditReader.read(trail, path(trail, "directory"));
        Supplier<Map<String, Optional<PasswordHash>>> users = AccessReader.users(gateway.section("users"));
        Supplier<CommitmentSettings> commitment = CommitmentReader.read(gateway, problems);
        Supplier<Optional<ClusterSettings>> cluster = ClusterReader.read(gateway.section("cluster"));
        Setting<Path> routing = path(gateway, "routing");
        Setting<Duration> shutdown = gateway.duration("shutdown-timeout", Duration.ZERO, Limits.MAX_TIMEOUT);
        gateway.finish();
        root.finish();
        return new Draft(
                routing,
                () -> new GatewaySettings(
                        listeners.stream().map(Supplier::get).toList(),
                        users.get(),
                        spool.get(),
                        admin.get(),
                        audit.get(),
                        commitment.get(),
                        cluster.get(),
                        routing.get(),
                        shutdown.get()));
    }

    private List<Supplier<ListenerSettings>> listeners(Section gateway) {
        Section defaults = gateway.section("listener-defaults");
        AccessReader access = new AccessReader(gateway.section("access-defaults"));
        access.checkDefaults();
        ListenerReader reader = new ListenerReader(access, problems);
        reader.checkDefaults(defaults);
        Section listeners = gateway.section("listeners");
        Map<String, Section> blocks = listeners.blocks(defaults);
        if (listeners.keys().isEmpty()) {
            problems.add(listeners.sourceLocation(), "there is no listener", "add one, such as listeners { dicom {} }");
        }
        List<Supplier<ListenerSettings>> drafts = new ArrayList<>();
        blocks.forEach((name, block) -> drafts.add(reader.read(name, block)));
        return drafts;
    }

    private Supplier<SpoolSettings> spool(Section spool) {
        Setting<Path> directory = path(spool, "directory");
        Setting<DataSize> segment = spool.size("segment-size", MIN_SEGMENT, MAX_SEGMENT);
        Setting<DataSize> reserve = spool.size("reserve", new DataSize(0), MAX_FREE);
        Setting<DataSize> memory = spool.size("receive-memory", MIN_SEGMENT, MAX_MEMORY);
        Setting<DataSize> large = spool.size("large-instance", DataSize.ofKibibytes(64), MAX_SEGMENT)
                .checkWith(
                        segment,
                        (size, whole) -> size.bytes() <= whole.bytes() / 4,
                        (size, whole) -> "large-instance " + size + " is more than a quarter of segment-size " + whole,
                        "lower large-instance or raise segment-size")
                .checkWith(
                        memory,
                        (size, all) -> size.compareTo(all) <= 0,
                        (size, all) -> "large-instance " + size + " is more than receive-memory " + all,
                        "lower large-instance or raise receive-memory");
        Setting<DataSize> free = spool.size("min-free-space", new DataSize(0), MAX_FREE);
        Setting<Duration> history = spool.duration("history", Duration.ZERO, MAX_HISTORY);
        Setting<Duration> age = spool.duration("straggler-age", Duration.ofSeconds(1), MAX_HISTORY);
        Section keep = spool.section("keep");
        Setting<Duration> keepTime = keep.duration("for", Duration.ZERO, MAX_HISTORY);
        Setting<DataSize> keepSize = keep.size("size", new DataSize(0), MAX_FREE);
        keep.finish();
        spool.finish();
        return () -> new SpoolSettings(
                directory.get(),
                segment.get(),
                reserve.get(),
                large.get(),
                memory.get(),
                free.get(),
                history.get(),
                age.get(),
                new SpoolSettings.Keep(keepTime.get(), keepSize.get()));
    }

    private Setting<Path> path(Section section, String key) {
        return section.text(key)
                .check(text -> !text.isEmpty(), text -> "must not be empty", "")
                .map(text -> folder.resolve(text).normalize());
    }
}
