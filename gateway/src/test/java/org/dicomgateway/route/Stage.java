package org.dicomgateway.route;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Chooser.Choice;
import org.dicomgateway.spool.DestinationStatus;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Destinations;

/** A route over servers a, b, c …, whose state a test sets; and a memory of affinity and load, as the spool has it. */
final class Stage {

    static final String ROUTE = "spread";
    static final int INSTANCE_BYTES = 1_000;

    final Map<String, DestinationStatus> prospects = new LinkedHashMap<>();
    final Map<String, Long> pending = new LinkedHashMap<>();
    final List<String> servers;
    final Dispatch dispatch;

    private final Map<String, String> lasts = new LinkedHashMap<>();

    Stage(Strategy strategy, int... weights) {
        Map<String, DestinationSettings> destinations = new LinkedHashMap<>();
        for (int i = 0; i < weights.length; i++) {
            String name = String.valueOf((char) ('a' + i));
            destinations.put(name, destination(name, weights[i]));
            prospects.put(name, new DestinationStatus(name, true, true, 1_000_000));
        }
        servers = List.copyOf(destinations.keySet());
        RouteSettings route = new RouteSettings(
                ROUTE,
                new Condition.AllOf(List.of()),
                false,
                strategy,
                servers,
                0,
                Schedule.ALWAYS,
                RouteSettings.CommitOn.ALL,
                Optional.empty());
        RoutingTable table = RoutingTable.of(new RoutingSettings(destinations, List.of(route)), 1);
        dispatch = new Dispatch(() -> table, () -> prospects, name -> pending.getOrDefault(name, 0L));
    }

    void down(String server) {
        prospects.put(server, new DestinationStatus(server, false, true, 1_000_000));
    }

    /** There, as far as is known, and keeps everybody waiting. */
    void silent(String server) {
        prospects.put(server, new DestinationStatus(server, true, false, 1_000_000));
    }

    void up(String server) {
        prospects.put(server, new DestinationStatus(server, true, true, 1_000_000));
    }

    /** As the spool asks: with where the key and copy went last, which is then remembered. */
    Optional<String> choose(Instance instance, int copy, Set<String> taken) {
        String key = dispatch.affinityKey(ROUTE, instance);
        String memory = key + "/" + copy;
        Optional<String> chosen = dispatch.choose(new Choice(
                instance,
                ROUTE,
                copy,
                key,
                servers,
                taken,
                Optional.ofNullable(key.isEmpty() ? null : lasts.get(memory))));
        chosen.ifPresent(server -> lasts.put(memory, server));
        return chosen;
    }

    /** As the spool asks whether what waits for a server may stay there. */
    boolean canUse(String server) {
        Instance any = instance(1, "");
        return dispatch.choose(new Choice(any, ROUTE, 1, "", List.of(server), Set.of(), Optional.empty()))
                .isPresent();
    }

    String choose(Instance instance) {
        return choose(instance, 1, Set.of()).orElseThrow();
    }

    static Instance instance(int id, String study) {
        return new Instance(
                id,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3." + id),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                study,
                study.isEmpty() ? "" : study + ".1",
                study.isEmpty() ? "" : "PAT" + study,
                "",
                "CT",
                Instances.ORIGIN,
                Instant.EPOCH,
                INSTANCE_BYTES);
    }

    static DestinationSettings destination(String name, int weight) {
        Duration any = Duration.ofSeconds(1);
        return Destinations.of(
                name,
                new Peer(AeTitle.of("SERVER"), "localhost", 104),
                Optional.empty(),
                1,
                weight,
                new RequestorSettings(any, any, any, any, any, 16_384),
                any,
                1,
                new RetrySettings(any, any, 1),
                new BreakerSettings(1, any, any),
                any);
    }
}
