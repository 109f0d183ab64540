package org.dicomgateway.admin.api;

import static java.util.stream.Collectors.toCollection;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.dicomgateway.observe.Traffic;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Vitals;

/**
 * The status of the gateway.
 *
 * @param version of the program
 * @param startedAt when it started
 * @param process the process
 * @param receiver whether associations are accepted
 * @param rules the rules in force
 * @param totals deliveries of all destinations together
 * @param unrouted instances that are held because no route applies to them
 * @param unassigned deliveries that wait because none of their candidates can be used
 * @param certificates the certificates that the gateway presents, the first to expire first
 * @param disk the file system of the spool
 * @param damage damage in the spool
 * @param receivers the receivers of events
 * @param cluster the cluster that the gateway is in; empty: it is on its own
 * @param rates averages over the last ten seconds
 * @param senders the senders of the last hour, the latest first; their number is limited
 * @param rejected the senders that got no association within a day, the latest first; their number is limited
 */
public record StatusView(
        String version,
        Instant startedAt,
        ProcessView process,
        ReceiverView receiver,
        RulesView rules,
        Totals totals,
        long unrouted,
        long unassigned,
        List<CertificateView> certificates,
        Disk disk,
        Damage damage,
        List<Receiver> receivers,
        Optional<Cluster> cluster,
        Rates rates,
        List<Sender> senders,
        List<RejectedView> rejected) {

    /** Copies the lists. */
    public StatusView {
        certificates = List.copyOf(certificates);
        receivers = List.copyOf(receivers);
        senders = List.copyOf(senders);
        rejected = List.copyOf(rejected);
    }

    /** Deliveries, counted as in {@link Books}. */
    public record Totals(
            long received, long delivered, long pending, long parked, long held, long superseded, long pendingBytes) {

        public static Totals of(Collection<Books> books) {
            return new Totals(
                    books.stream().mapToLong(Books::received).sum(),
                    books.stream().mapToLong(Books::delivered).sum(),
                    books.stream().mapToLong(Books::pending).sum(),
                    books.stream().mapToLong(Books::parked).sum(),
                    books.stream().mapToLong(Books::held).sum(),
                    books.stream().mapToLong(Books::superseded).sum(),
                    books.stream().mapToLong(Books::pendingBytes).sum());
        }
    }

    /**
     * Disk space, in bytes.
     *
     * @param free usable space
     * @param total size of the file system; 0 when it is not known
     * @param minFree space that must stay free: with less, the gateway accepts nothing
     */
    public record Disk(long free, long total, long minFree) {

        public static Disk of(Vitals vitals) {
            return new Disk(vitals.diskFree(), vitals.diskTotal(), vitals.minFree());
        }
    }

    /**
     * Damage in the spool that needs an operator.
     *
     * @param setAside files without a known instance
     * @param unreadSegments segments of the log that are kept because part of them cannot be read
     * @param ledger why the ledger must be rebuilt by a restart, or empty
     */
    public record Damage(int setAside, int unreadSegments, String ledger) {

        public static Damage of(Vitals vitals) {
            return new Damage(
                    vitals.setAside(),
                    vitals.unreadSegments(),
                    vitals.ledgerDamage().orElse(""));
        }
    }

    /**
     * A receiver of events.
     *
     * @param configured whether the rules name it; if not, only what waits for it is left
     * @param channel how it is told, and where; empty when it is not configured
     * @param waiting events that wait for it
     * @param oldest when the oldest of them was made
     * @param full whether no further events are made for it, because too many wait
     * @param taken events that it has taken since the gateway started
     * @param failures failed attempts since its last success
     * @param problem why the last attempt failed, or empty
     * @param nextAttempt when it is tried again, after a failure
     * @param gone whether it said that it is gone for good
     */
    public record Receiver(
            String name,
            boolean configured,
            String channel,
            long waiting,
            Optional<Instant> oldest,
            boolean full,
            long taken,
            int failures,
            String problem,
            Optional<Instant> nextAttempt,
            boolean gone) {

        /** Whether an operator should know. */
        public boolean needsAttention() {
            return !configured || full || gone || failures > 0;
        }
    }

    /**
     * The cluster as this gateway sees it.
     *
     * @param node the name of this gateway
     * @param trouble why nothing can be kept there now, or empty
     * @param answers whether its database answers
     * @param database the address of the primary, when it last answered; may be empty
     * @param standby whether a synchronous standby confirms what is kept
     * @param leaseSeconds a gateway that gives no sign of life for this long is declared dead
     * @param members its gateways, also those that are gone
     * @param waiting what all gateways have yet to deliver, this one included
     * @param countedAt when that was counted; empty: not yet
     */
    public record Cluster(
            String node,
            String trouble,
            boolean answers,
            String database,
            boolean standby,
            double leaseSeconds,
            List<Member> members,
            List<Waiting> waiting,
            Optional<Instant> countedAt) {

        /** Copies the lists. */
        public Cluster {
            members = List.copyOf(members);
            waiting = List.copyOf(waiting);
        }

        /** What all gateways together have yet to deliver to a destination. */
        public Waiting at(String destination) {
            return sum(
                    destination,
                    waiting.stream().filter(each -> each.destination().equals(destination)));
        }

        /** What the other gateways have parked, added up for each of them. */
        public List<Waiting> parkedElsewhere() {
            Set<String> gateways = waiting.stream()
                    .filter(each -> each.parked() > 0 && !each.gateway().equals(node))
                    .map(Waiting::gateway)
                    .collect(toCollection(TreeSet::new));
            return gateways.stream()
                    .map(gateway -> new Waiting(
                            gateway,
                            "",
                            0,
                            waiting.stream()
                                    .filter(each -> each.gateway().equals(gateway))
                                    .mapToLong(Waiting::parked)
                                    .sum(),
                            0))
                    .toList();
        }

        private static Waiting sum(String destination, Stream<Waiting> some) {
            return some.reduce(
                    new Waiting("", destination, 0, 0, 0),
                    (one, other) -> new Waiting(
                            "",
                            destination,
                            one.pending() + other.pending(),
                            one.parked() + other.parked(),
                            one.held() + other.held()));
        }

        /** The names of the gateways that are at work. */
        public Set<String> working() {
            return members.stream()
                    .filter(member -> member.state().equals("working"))
                    .map(Member::node)
                    .collect(toCollection(TreeSet::new));
        }

        /** The gateways at work by the rules that they work by; those that have not said are missing. */
        public Map<String, Set<String>> byRules() {
            return by(Member::rules);
        }

        /** The gateways at work by their transforms, tables and keys; those without any are missing. */
        public Map<String, Set<String>> byTransforms() {
            return by(Member::transforms);
        }

        private Map<String, Set<String>> by(Function<Member, Optional<String>> digest) {
            Map<String, Set<String>> gateways = new TreeMap<>();
            members.stream()
                    .filter(member -> member.state().equals("working"))
                    .forEach(member -> digest.apply(member)
                            .ifPresent(same -> gateways.computeIfAbsent(same, some -> new TreeSet<>())
                                    .add(member.node())));
            return gateways;
        }

        /** The names of the other gateways that are at work. */
        public Set<String> others() {
            Set<String> others = working();
            others.remove(node);
            return others;
        }

        /** The gateways that died, and are neither back nor wholly taken over. */
        public List<Member> lost() {
            Set<String> working = working();
            return members.stream()
                    .filter(member -> member.state().equals("dead")
                            && (member.unfinished() > 0 || !working.contains(member.node())))
                    .toList();
        }
    }

    /**
     * Deliveries that a gateway of the cluster has yet to make to a destination.
     *
     * @param destination empty: none of their candidates is chosen
     */
    public record Waiting(String gateway, String destination, long pending, long parked, long held) {}

    /**
     * A gateway of the cluster.
     *
     * @param state {@code working}, {@code dead} or {@code left}
     * @param since when that began
     * @param silentSeconds how long it has given no sign of life; empty: it is this gateway, or not at work
     * @param unfinished instances that it has yet to deliver, counted some seconds ago
     * @param alone instances of the time before it joined that are on its disk alone, counted some seconds ago
     * @param software its version
     * @param rules SHA-256 of the {@code routing.conf} that it works by; empty: it has not said, or is older than this
     * @param transforms a digest of its transforms, with their tables and keys; empty: it has not said, or has none
     */
    public record Member(
            String node,
            String state,
            Instant since,
            Optional<Double> silentSeconds,
            long unfinished,
            Optional<Long> alone,
            String software,
            Optional<String> rules,
            Optional<String> transforms) {}

    /** Per second. */
    public record Rates(double receivedPerSecond, double receivedBytesPerSecond, double deliveredPerSecond) {

        public static Rates of(Traffic.Rates rates) {
            return new Rates(rates.received(), rates.receivedBytes(), rates.deliveredInAll());
        }
    }

    /**
     * A sender of the last hour.
     *
     * @param callingAe its AE title
     * @param receivedPerSecond instances per second, averaged over the last ten seconds
     * @param receivedLastHour instances in the last hour
     * @param receivedBytesLastHour bytes of their datasets
     * @param lastReceived when its last instance was received
     */
    public record Sender(
            String callingAe,
            double receivedPerSecond,
            long receivedLastHour,
            long receivedBytesLastHour,
            Instant lastReceived) {

        public static Sender of(Traffic.Sender sender) {
            return new Sender(
                    sender.callingAe(),
                    sender.received(),
                    sender.receivedLastHour(),
                    sender.receivedBytesLastHour(),
                    sender.last());
        }
    }
}
