package org.dicomgateway.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dicomgateway.bench.load.DirectSender;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.bench.load.SmallInstance;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.Uid;

/**
 * What two servers get while a third is down, against what they get where there is no third. All three are acceptors
 * that throw the bytes away, so that the gateway is what limits, and any work it wastes on the third shows.
 *
 * <p>A balanced backlog is shared out before the third is found out, so its share waits for that. Measured are
 * therefore both: what the two get meanwhile, of their own share; and until nearly all is delivered, that wait
 * included.
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
        BROADCAST(6_000, "strategy = broadcast"),
        /** So many that their own share takes the two longer than a silent third stays unnoticed. */
        BALANCE(18_000, "strategy = balance, algorithm = round-robin, affinity = none");

        private final int instances;
        private final String text;

        Rule(int instances, String text) {
            this.instances = instances;
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
        Samples meanwhileWith = new Samples();
        Samples meanwhileAlone = new Samples();
        Samples cpuWith = new Samples();
        Samples cpuAlone = new Samples();
        List<DirectSender.Item> items = items(lab.count(rule.instances));
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
                boolean warm = run >= 0; // the first is for the compiler
                drain(
                        lab,
                        rule,
                        items,
                        warm ? meanwhileWith : ignored,
                        warm ? with : ignored,
                        warm ? cpuWith : ignored,
                        three);
                drain(
                        lab,
                        rule,
                        items,
                        warm ? meanwhileAlone : ignored,
                        warm ? alone : ignored,
                        warm ? cpuAlone : ignored,
                        two);
            }
        }
        String what = rule.name().toLowerCase(java.util.Locale.ROOT) + ", third " + how;
        lab.progress("  %s: meanwhile %s, alone %s; until nearly all is there %s, alone %s"
                .formatted(what, meanwhileWith.text(), meanwhileAlone.text(), with.text(), alone.text()));
        lab.results()
                .ratio(
                        NAME,
                        what + ", of their own share, instances/s",
                        meanwhileWith,
                        "two alone",
                        meanwhileAlone,
                        "0.95");
        lab.results().ratio(NAME, what + ", until nine tenths are there, instances/s", with, "two alone", alone, "");
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

    /** A new gateway each time: nothing is left of the run before. */
    private static void drain(
            Lab lab,
            Rule rule,
            List<DirectSender.Item> items,
            Samples meanwhile,
            Samples rate,
            Samples cpu,
            Peer... servers) {
        String names = String.join(
                ", ",
                IntStream.range(0, servers.length)
                        .mapToObj(i -> BenchGateway.name(servers[i]))
                        .toList());
        String routing = BenchGateway.destinations(OPTIONS, servers)
                + "routes = [ { name = all, %s, to = [%s] } ]".formatted(rule.text, names);
        long all = (long) items.size() * (rule == Rule.BROADCAST ? 2 : 1);
        // Balanced, the third has a third of it.
        long own = rule == Rule.BROADCAST ? all * 9 / 10 : all * 6 / 10;
        try (BenchGateway gateway = lab.gateway(routing)) {
            ForwardLogTail tail = gateway.log();
            gateway.pause(servers);
            DirectSender.send(gateway.peer(), 4, items);
            double before = gateway.cpuSeconds();
            gateway.resume(servers);
            meanwhile.add(tail.await("delivered", own, Lab.LIMIT).perSecond());
            ForwardLogTail.Span span = tail.await("delivered", all * 9 / 10, Lab.LIMIT);
            cpu.add((gateway.cpuSeconds() - before) / span.count() * 1e3);
            rate.add(span.perSecond());
        }
    }
}
