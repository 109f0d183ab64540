package org.dicomgateway.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.HoconFile;
import org.dicomgateway.config.hocon.MissingCommas;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.config.reader.GatewayReader;
import org.dicomgateway.config.reader.RoutingFile;
import org.dicomgateway.config.reader.RoutingReader;
import org.dicomgateway.config.reader.RoutingWarnings;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.RoutingSettings;

/**
 * Loads the configuration that the operator wrote. It reads files and environment variables, and has no other effect.
 *
 * <p>Each method throws {@link ConfigurationException} when there is any problem. The exception contains all
 * problems.
 */
public final class Configuration {

    /** The settings of both files. */
    public record Loaded(GatewaySettings gateway, RoutingSettings routing) {}

    private Configuration() {}

    /** Loads only {@code gateway.conf}. Does not check its routing file, or whether that exists. */
    public static GatewaySettings load(Path gatewayConf) throws ConfigurationException {
        Problems problems = new Problems();
        Optional<GatewayReader.Draft> draft = gateway(gatewayConf, problems);
        problems.throwIfAny();
        return draft.orElseThrow().settings().get();
    }

    /** Loads only {@code routing.conf}. */
    public static RoutingSettings loadRouting(Path routingConf) throws ConfigurationException {
        Problems problems = new Problems();
        Optional<RoutingReader.Draft> draft = routing(routingConf, problems);
        problems.throwIfAny();
        return draft.orElseThrow().settings().get();
    }

    /** Reads only {@code routing.conf}, even when it has problems, and lists the files that it includes. */
    public static RoutingFile readRouting(Path routingConf) {
        Problems problems = new Problems();
        Set<Path> files = new HashSet<>();
        Optional<RoutingReader.Draft> draft =
                HoconFile.read(routingConf, problems, files).map(new RoutingReader(problems)::read);
        List<Problem> found = problems.all();
        return new RoutingFile(
                files,
                found.isEmpty() ? draft.map(RoutingReader.Draft::settings).map(Supplier::get) : Optional.empty(),
                found);
    }

    /**
     * The warnings for a {@code routing.conf} without problems, sorted by file and line.
     *
     * @param gateway the {@code gateway.conf} beside it
     */
    public static List<Warning> warnings(Path routingConf, GatewaySettings gateway) throws ConfigurationException {
        Problems problems = new Problems();
        Optional<RoutingReader.Draft> draft = routing(routingConf, problems);
        problems.throwIfAny();
        return RoutingWarnings.of(draft.orElseThrow(), gateway);
    }

    /**
     * The warnings for the text of files without problems, and of the files that they include, sorted by file and
     * line.
     */
    public static List<Warning> warningsOfText(Path... confs) {
        Set<Path> files = new HashSet<>();
        for (Path conf : confs) {
            HoconFile.read(conf, new Problems(), files);
        }
        return files.stream()
                .flatMap(file -> MissingCommas.in(file).stream())
                .sorted()
                .toList();
    }

    /** Loads {@code gateway.conf} and the routing file that it names. Reports the problems of both. */
    public static Loaded loadAll(Path gatewayConf) throws ConfigurationException {
        Problems problems = new Problems();
        Optional<GatewayReader.Draft> gateway = gateway(gatewayConf, problems);
        Optional<RoutingReader.Draft> routing = gateway.map(GatewayReader.Draft::routing)
                .filter(Setting::isValid)
                .flatMap(file -> routing(file.get(), problems));
        problems.throwIfAny();
        Loaded loaded = new Loaded(
                gateway.orElseThrow().settings().get(),
                routing.orElseThrow().settings().get());
        if (loaded.gateway.cluster().isPresent()) {
            notInCluster(loaded.gateway.routingFile(), loaded.routing).ifPresent(problems::add);
            problems.throwIfAny();
        }
        return loaded;
    }

    /**
     * The problem of rules that a gateway of a cluster cannot carry out: what belongs to a study as a whole. Its
     * instances can arrive at several gateways, and none of these knows whether the others have more.
     */
    public static Optional<Problem> notInCluster(Path routingConf, RoutingSettings routing) {
        String why =
                "a gateway of a cluster does not know whether a study is complete: the other gateways can have more"
                        + " of it";
        Optional<Problem> told = routing.receivers().values().stream()
                .filter(ReceiverSettings::wantsStudies)
                .findFirst()
                .map(receiver -> new Problem(
                        routingConf,
                        0,
                        "events." + receiver.name() + ".on",
                        why,
                        "remove study-complete and study-stuck from it, or take the events of studies from a gateway"
                                + " of its own behind the cluster"));
        return told.or(() -> routing.routes().stream()
                .filter(route -> route.hold().isPresent())
                .findFirst()
                .map(route -> new Problem(
                        routingConf,
                        0,
                        "routes." + route.name() + ".hold-until",
                        why,
                        "remove it, or hold studies in a gateway of its own behind the cluster")));
    }

    private static Optional<GatewayReader.Draft> gateway(Path file, Problems problems) {
        Path folder = Optional.ofNullable(file.toAbsolutePath().normalize().getParent())
                .orElse(file.toAbsolutePath());
        return HoconFile.read(file, problems).map(new GatewayReader(folder, problems)::read);
    }

    private static Optional<RoutingReader.Draft> routing(Path file, Problems problems) {
        return HoconFile.read(file, problems).map(new RoutingReader(problems)::read);
    }
}
