package org.dicomgateway.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.Peer;
import org.dicomgateway.dicom.Uid;

/**
 * What two servers get while a third is down, against what they get where there is no third. All three are acceptors
 * that throw the bytes away, so that the gateway is what limits, and any work it wastes on the third shows.
 */
final class StalledFigure {

    private static final String NAME =
            "stalled: instances/s to two servers while a third is down, against without a third";
    private static final int SIZE = 16 * 1024;
    private static final String OPTIONS =
            ", retry { initial-delay = 1 s }, breaker { initial-pause = 1 s }, probe-interval = 5 s";

    private StalledFigure() {}

    /** How a rule uses the servers. */
    private enum Rule {
        BROADCAST("strategy = broadcast"),
        BALANCE("strategy = balance, algorithm = round-robin, affinity = none");

        private final String text;

        Rule(String text) {
            this.text = text;
        }
    }

    static void measure(Lab lab) {
        for (Rule rule : Rule.values()) {
            measure(lab, rule, "killed");
            measure(lab, rule, "stalled");
        }
    }

    private static void measure(Lab lab, Rule rule, String how) {
        Samples with = new Samples();
        Samples alone = new Samples();
        Samples cpuWith = new Samples();
        Samples cpuAlone = new Samples();
        List<DirectSender.Item> items = items(lab.count(6000));
        try (Sink first = Sink.discarding("FIRST");
                Sink second = Sink.discarding("SECOND");
                Sink third = Sink.discarding("THIRD")) {
            if (how.equals("killed")) {
                third.die();
            } else {
                third.stall();
            }
            Peer[] two = {first.peer(), second.peer()};
            Peer[] three = {first.peer(), second.peer(), third.peer()};
            for (int run = -1; run < 2 * lab.runs(); run++) {
                Samples ignored = new Samples();
                drain(lab, rule, items, run < 0 ? ignored : with, run < 0 ? ignored : cpuWith, three);
                drain(lab, rule, items, run < 0 ? ignored : alone, run < 0 ? ignored : cpuAlone, two);
            }
        }
        String what = rule.name().toLowerCase(java.util.Locale.ROOT) + ", third " + how;
        lab.progress("  %s: %s, alone %s".formatted(what, with.text(), alone.text()));
        lab.results().ratio(NAME, what + ", instances/s", with, "two alone", alone, "0.95");
        lab.results().ratio(NAME, what + ", gateway's processor time, ms", cpuWith, "two alone", cpuAlone, "(≤ 1.05)");
    }

    private static List<DirectSender.Item> items(int count) {
        Random random = new Random(2);
        Uid study = SmallInstance.randomUid(random);
        byte[] pixels = new byte[SIZE - 700];
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> DirectSender.of(SmallInstance.random(random, study, pixels)))
                .toList());
    }

    /** A new gateway each time: nothing is left of the run before. Measured is what the first two get of the last 90 %. */
    private static void drain(
            Lab lab, Rule rule, List<DirectSender.Item> items, Samples rate, Samples cpu, Peer... servers) {
        String names = String.join(
                ", ",
                IntStream.range(0, servers.length)
                        .mapToObj(i -> BenchGateway.name(servers[i]))
                        .toList());
        String routing = BenchGateway.destinations(OPTIONS, servers)
                + "routes = [ { name = all, %s, to = [%s] } ]".formatted(rule.text, names);
        long wanted = (long) (items.size() * (rule == Rule.BROADCAST ? 2 : 1) * 0.9);
        try (BenchGateway gateway = lab.gateway(routing)) {
            ForwardLogTail tail = gateway.log();
            gateway.pause(servers);
            DirectSender.send(gateway.peer(), 4, items);
            double before = gateway.cpuSeconds();
            gateway.resume(servers);
            ForwardLogTail.Span span = tail.await("delivered", wanted, Lab.LIMIT);
            cpu.add((gateway.cpuSeconds() - before) / span.count() * 1e3);
            rate.add(span.perSecond());
        }
    }
}
