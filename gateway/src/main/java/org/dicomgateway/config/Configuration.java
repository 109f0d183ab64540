package org.dicomgateway.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.HoconFile;
import org.dicomgateway.config.hocon.Problem;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.config.reader.GatewayReader;
import org.dicomgateway.config.reader.MissingCommas;
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
            noTransforms(loaded.gateway.routingFile(), loaded.routing).ifPresent(problems::add);
            problems.throwIfAny();
        }
        return loaded;
    }

    /**
     * The problem of rules that transform or transcode in a cluster: what was noted to be sent is in the ledger of one
     * gateway, and another one that takes its deliveries over could send something else.
     */
    public static Optional<Problem> noTransforms(Path routingConf, RoutingSettings routing) {
        return routing.destinations().values().stream()
                .filter(destination -> !destination.transforms().isEmpty()
                        || destination.transcode().isOn())
                .findFirst()
                .map(destination -> destination.transforms().isEmpty()
                        ? problem(routingConf, destination.name() + ".transcode", "transcode")
                        : problem(routingConf, destination.name() + ".transform", "transform"));
    }

    private static Problem problem(Path routingConf, String key, String verb) {
        return new Problem(
                routingConf,
                0,
                "destinations." + key,
                "a gateway of a cluster cannot " + verb + " instances",
                "remove it, or " + verb + " them in a gateway of its own");
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
