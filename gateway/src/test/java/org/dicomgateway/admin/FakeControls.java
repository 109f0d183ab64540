package org.dicomgateway.admin;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.ReloadView.Outcome;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.admin.api.VerificationView;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.events.EventControls;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.admin.server.Controls;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.Search;

/** A gateway of two destinations, {@code a} and {@code b}, whose state a test sets. */
public final class FakeControls implements Controls {

    public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    public static final Instant CERTIFIED_UNTIL = NOW.plusSeconds(86_400);

    public final Map<String, String> paused = new TreeMap<>();
    /** Destinations that get de-identified instances. */
    public final Set<String> deidentified = new TreeSet<>();
    /** Destinations that are down, and when they are tried next. */
    public final Map<String, Instant> down = new TreeMap<>();

    public final RejectedSenders rejected = new RejectedSenders(new ForwardLog(), InstantSource.fixed(NOW));
    public List<String> routes = List.of("all");
    public Optional<String> closedBecause = Optional.empty();
    public List<ThreadView> threads = List.of(new ThreadView("spool-maintenance", true));
    public Optional<Instant> auditComplete = Optional.of(NOW);
    public Optional<String> receiverPaused = Optional.empty();
    public Optional<String> drained = Optional.empty();
    /** Instances that are being received; each look at the receiver ends one. */
    public int receiving;

    public boolean booksComplete = true;
    /** What is seen of other gateways; empty: this one is on its own. */
    public Optional<ClusterControls> inCluster = Optional.empty();

    public CommitmentsView commitments = new CommitmentsView(
            List.of(new CommitmentsView.SenderView("CT1", 3, 1, 0)),
            List.of(
                    commitment("1.2.3.1", "open", NOW.minusSeconds(90), "1.2.3 is pending at pacs (route all)"),
                    commitment("1.2.3.2", "failed", NOW.minusSeconds(90_000), "1.2.4 is parked at pacs (route all)")),
            List.of(new CommitmentsView.DestinationView(
                    "pacs", 4, 0, Optional.of(NOW.minusSeconds(7_200)), 17, "it answered with 0x0122")));

    private static CommitmentsView.CommitmentView commitment(
            String transaction, String state, Instant requested, String note) {
        boolean open = state.equals("open");
        return new CommitmentsView.CommitmentView(
                "CT1",
                transaction,
                state,
                requested,
                requested.plusSeconds(86_400),
                5,
                open ? 0 : 1,
                0,
                open ? Optional.empty() : Optional.of(requested.plusSeconds(86_400)),
                note);
    }

    public Optional<Broken> broken = Optional.empty();
    public Optional<RuntimeException> failure = Optional.empty();
    public Optional<Error> error = Optional.empty();

    /** One receiver that has not answered three times, and the event that waits for it. */
    private final EventControls events = new EventControls() {
        @Override
        public List<StatusView.Receiver> receivers() {
            return List.of(new StatusView.Receiver(
                    "bot",
                    true,
                    "webhook https://bot.example",
                    2,
                    Optional.of(NOW),
                    false,
                    5,
                    3,
                    "answers 500",
                    Optional.of(NOW.plusSeconds(8)),
                    false));
        }

        @Override
        public List<EventView> events(String receiver, String study, boolean onlyWaiting, int max) {
            return List.of(new EventView(
                    "0123abcd",
                    "bot",
                    "study-complete",
                    "study/1.2.3",
                    NOW,
                    "waiting",
                    3,
                    Optional.of(NOW.plusSeconds(8)),
                    Optional.empty(),
                    "answers 500"));
        }

        @Override
        public long retry(String receiver) {
            return known(receiver);
        }

        @Override
        public long discard(String receiver, String id) {
            return known(receiver);
        }

        private long known(String receiver) {
            if (!receiver.equals("bot")) {
                throw new NoSuchElementException("no such receiver: " + receiver + "; there are bot");
            }
            return 2;
        }
    };

    @Override
    public ProcessView process() {
        error.ifPresent(e -> {
            throw e;
        });
        failure.ifPresent(e -> {
            throw e;
        });
        return new ProcessView("1.2.3", NOW, List.of("127.0.0.1:11112"), closedBecause, threads, auditComplete);
    }

    @Override
    public CommitmentsView commitments() {
        return commitments;
    }

    @Override
    public EventControls events() {
        return events;
    }

    @Override
    public Optional<StatusView.Cluster> cluster() {
        return inCluster.map(all -> new StatusView.Cluster(
                "gw1",
                "",
                true,
                "127.0.0.1:5432",
                true,
                10,
                List.of(
                        new StatusView.Member(
                                "gw1",
                                "working",
                                Instant.EPOCH,
                                Optional.empty(),
                                3,
                                Optional.of(12L),
                                "1",
                                Optional.empty(),
                                Optional.of("11ab22")),
                        new StatusView.Member(
                                "gw1",
                                "dead",
                                Instant.EPOCH,
                                Optional.empty(),
                                0,
                                Optional.of(0L),
                                "1",
                                Optional.empty(),
                                Optional.empty()),
                        new StatusView.Member(
                                "gw2",
                                "dead",
                                Instant.EPOCH,
                                Optional.empty(),
                                0,
                                Optional.of(0L),
                                "1",
                                Optional.empty(),
                                Optional.empty()),
                        new StatusView.Member(
                                "gw3",
                                "working",
                                Instant.EPOCH,
                                Optional.of(0.5),
                                2,
                                Optional.of(0L),
                                "1",
                                Optional.empty(),
                                Optional.of("33cd44"))),
                List.of(
                        new StatusView.Waiting("gw1", "a", 2, 1, 0),
                        new StatusView.Waiting("gw3", "a", 4, 2, 0),
                        new StatusView.Waiting("gw3", "gone", 0, 0, 5)),
                Optional.of(NOW)));
    }

    @Override
    public Optional<ClusterControls> clusterControls() {
        return inCluster;
    }

    @Override
    public ReceiverView receiver() {
        int now = receiving;
        receiving = Math.max(0, receiving - 1);
        return drained.map(why -> new ReceiverView(ReceiverView.DRAINING, why, 2, now))
                .or(() -> receiverPaused.map(why -> new ReceiverView("paused", why, 2, now)))
                .or(() -> closedBecause.map(why -> new ReceiverView("closed", why, 2, now)))
                .orElseGet(() -> new ReceiverView("open", "", 2, now));
    }

    @Override
    public void pauseReceiver(String why) {
        receiverPaused = Optional.of(why);
    }

    @Override
    public void drain(String why) {
        drained = Optional.of(why);
    }

    @Override
    public boolean booksAreComplete() {
        return booksComplete;
    }

    @Override
    public boolean resumeReceiver() {
        boolean was = receiverPaused.isPresent() || drained.isPresent();
        drained = Optional.empty();
        receiverPaused = Optional.empty();
        return was;
    }

    @Override
    public List<CertificateView> certificates() {
        return List.of(new CertificateView("/conf/gateway.crt", "CN=gateway", CERTIFIED_UNTIL));
    }

    @Override
    public List<RouteView> routes() {
        return routes.stream()
                .map(name -> new RouteView(name, "broadcast", false, 0, List.of("a", "b"), 12))
                .toList();
    }

    @Override
    public RulesView rules() {
        return new RulesView(7, NOW, "/conf/routing.conf", broken, List.of("gateway.spool.history"));
    }

    private volatile CountDownLatch held = new CountDownLatch(0);

    /** Who asks for the destinations waits from now on. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    /** Nobody waits any more. */
    public void letGo() {
        held.countDown();
    }

    @Override
    public Map<String, HealthView> destinations() {
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Map.of("a", health("a"), "b", health("b"));
    }

    private HealthView health(String name) {
        String why = paused.getOrDefault(name, "");
        String state = paused.containsKey(name) ? "paused" : down.containsKey(name) ? "down" : "up";
        return new HealthView(
                name.toUpperCase(Locale.ROOT) + "@localhost:104",
                state,
                NOW,
                why,
                state.equals("up"),
                0,
                1,
                1,
                4,
                4,
                1e6,
                12,
                0,
                0,
                Optional.of(NOW),
                "",
                Optional.empty(),
                Optional.ofNullable(down.get(name)),
                deidentified.contains(name) ? List.of("trial") : List.of(),
                deidentified.contains(name));
    }

    @Override
    public RejectedSenders rejectedSenders() {
        return rejected;
    }

    @Override
    public boolean tryNow(String destination) {
        return down.remove(destination) != null;
    }

    @Override
    public boolean pause(String destination, String why) {
        paused.put(destination, why);
        return true;
    }

    @Override
    public boolean resume(String destination) {
        return paused.remove(destination) != null;
    }

    @Override
    public VerificationView verify(Search which, boolean repair, boolean overwrite) {
        return new VerificationView(
                3,
                true,
                NOW,
                repair,
                List.of(new VerificationView.At("a", 5, 4, 1, 0, 0, 0, 0, 0, true, "")),
                List.of(new VerificationView.Item("a", "1.2.3", "1.2.3.4", "missing", "the server does not have it")));
    }

    @Override
    public Optional<VerificationView> verification(long number) {
        return number == 3 ? Optional.of(verify(Search.ALL, false, false)) : Optional.empty();
    }

    @Override
    public ReloadView reload() {
        return broken.map(bad -> new ReloadView(Outcome.REFUSED, 7, bad.problems()))
                .orElseGet(() -> new ReloadView(Outcome.APPLIED, 8, List.of("routes added: x")));
    }
}
