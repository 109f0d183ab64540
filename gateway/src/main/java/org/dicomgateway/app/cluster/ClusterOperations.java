package org.dicomgateway.app.cluster;

import static java.util.stream.Collectors.toSet;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dicomgateway.admin.access.AuditListener;
import org.dicomgateway.admin.access.Caller;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.cluster.ClusterOrder;
import org.dicomgateway.admin.cluster.CopyView;
import org.dicomgateway.admin.cluster.OrderView;
import org.dicomgateway.admin.cluster.OrderView.AnswerView;
import org.dicomgateway.admin.cluster.PublishedView;
import org.dicomgateway.admin.cluster.PublishingView;
import org.dicomgateway.admin.cluster.WhereaboutsView;
import org.dicomgateway.admin.server.Controls;
import org.dicomgateway.cluster.Cluster;
import org.dicomgateway.cluster.ClusterOrders;
import org.dicomgateway.cluster.ClusterOrders.Action;
import org.dicomgateway.cluster.ClusterOrders.Answered;
import org.dicomgateway.cluster.ClusterOrders.Order;
import org.dicomgateway.cluster.ClusterOrders.Outcome;
import org.dicomgateway.cluster.ClusterRules;
import org.dicomgateway.cluster.ClusterRules.Progress;
import org.dicomgateway.cluster.ClusterSearch;
import org.dicomgateway.cluster.ClusterSearch.FoundCopy;
import org.dicomgateway.config.settings.AdminUser.Role;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Selection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets operators see and steer all gateways of a cluster from this one, and does what they ordered from another one. It
 * writes what it does for them to the log and to the audit trail of this gateway.
 */
public final class ClusterOperations implements ClusterControls, ClusterOrders.Steering {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterOperations.class);
    private static final int MAX_TEXT = 200;
    private static final int DONE = 200;
    private static final int REFUSED = 409;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final Cluster cluster;
    private final Controls controls;
    private final SpoolView spool;
    private final AuditListener audit;

    public ClusterOperations(Cluster cluster, Controls controls, SpoolView spool, AuditListener audit) {
        this.cluster = cluster;
        this.controls = controls;
        this.spool = spool;
        this.audit = audit;
    }

    @Override
    public String node() {
        return cluster.orders().node();
    }

    @Override
    public Set<String> gateways() {
        return cluster.orders().gateways();
    }

    @Override
    public Set<String> working() {
        return cluster.orders().working();
    }

    @Override
    public OrderView order(ClusterOrder order) {
        return view(cluster.orders()
                .order(new Order(
                        Action.valueOf(order.action().name()),
                        order.operator(),
                        order.address(),
                        order.selection(),
                        order.reason(),
                        order.gateway())));
    }

    @Override
    public PublishingView publish(String text, Optional<Long> again, String operator, String address) {
        ClusterRules.Outcome outcome = cluster.rules().publish(text, optional(again), operator, address);
        return new PublishingView(
                optional(outcome.version()),
                outcome.version().isPresent()
                        && outcome.gateways().stream().allMatch(each -> each.progress() == Progress.IN_FORCE),
                outcome.gateways().stream().map(ClusterOperations::view).toList());
    }

    private static PublishingView.AnswerView view(ClusterRules.Answered answered) {
        return new PublishingView.AnswerView(
                answered.gateway(),
                answered.progress().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                switch (answered.progress()) {
                    case OPEN -> "has not answered; its version may be too old to know published rules";
                    case REFUSED -> answered.problem();
                    case ACCEPTED -> "can use them";
                    case IN_FORCE -> "in force";
                });
    }

    @Override
    public List<PublishedView> published(int limit) {
        return cluster.rules().published(limit).stream()
                .map(each -> new PublishedView(
                        each.version(),
                        each.at(),
                        each.operator(),
                        each.by(),
                        optional(each.again()),
                        each.digest(),
                        List.copyOf(new TreeSet<>(each.gateways()))))
                .toList();
    }

    @Override
    public Optional<String> publishedText(long version) {
        return cluster.rules().text(version);
    }

    private static OptionalLong optional(Optional<Long> number) {
        return number.isPresent() ? OptionalLong.of(number.get()) : OptionalLong.empty();
    }

    private static Optional<Long> optional(OptionalLong number) {
        return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    }

    @Override
    public List<OrderView> orders(int limit) {
        return cluster.orders().latest(limit).stream().map(this::view).toList();
    }

    private OrderView view(Outcome outcome) {
        Order order = outcome.order();
        List<AnswerView> gateways = new ArrayList<>();
        outcome.gateways().forEach(each -> gateways.add(view(each, outcome)));
        if (!order.action().lasts()
                && order.gateway().isEmpty()
                && outcome.missing().isEmpty()) {
            Set<String> known = gateways.stream().map(AnswerView::gateway).collect(toSet());
            lost().filter(member -> !known.contains(member.node()))
                    .forEach(member -> gateways.add(new AnswerView(
                            member.node(),
                            "away",
                            0,
                            "is not at work; others take over what it has (" + member.unfinished()
                                    + " unfinished), and try again what was parked there")));
        }
        return new OrderView(
                optional(outcome.number()),
                outcome.at(),
                order.action().name().toLowerCase(Locale.ROOT),
                order.operator(),
                outcome.by(),
                order.selection().destination(),
                order.selection().studyInstanceUid(),
                order.reason(),
                outcome.until(),
                gateways.stream().mapToLong(AnswerView::count).sum(),
                outcome.missing().isEmpty()
                        && gateways.stream()
                                .allMatch(each -> each.state().equals("done")
                                        || (order.action().lasts()
                                                && each.state().equals("away"))),
                gateways,
                outcome.missing());
    }

    /** Those that died, and of which something is still to be taken over. */
    private Stream<StatusView.Member> lost() {
        return controls.cluster().stream()
                .flatMap(view -> view.lost().stream())
                .filter(member -> member.unfinished() > 0);
    }

    private static AnswerView view(Answered answered, Outcome outcome) {
        Action action = outcome.order().action();
        String state;
        String says;
        switch (answered.progress()) {
            case DONE -> {
                state = "done";
                says = did(action, answered.count());
            }
            case FAILED -> {
                state = "failed";
                says = answered.problem();
            }
            case EXPIRED -> {
                state = "expired";
                says = "did not answer in time, and does not do it any more";
            }
            default -> {
                state = answered.works() ? "open" : "away";
                says = (answered.works() ? "has not answered yet; " : "is not at work; ")
                        + outcome.until()
                                .map(until -> "it does it until " + clock(until) + " or not at all")
                                .orElse(
                                        answered.works()
                                                ? "it does it when it can"
                                                : "it does it when it comes back, before it sends anything");
            }
        }
        return new AnswerView(answered.gateway(), state, answered.count(), says);
    }

    private static String clock(Instant time) {
        return CLOCK.format(time.truncatedTo(ChronoUnit.SECONDS).atZone(ZoneId.systemDefault()));
    }

    private static String did(Action action, long count) {
        return switch (action) {
            case RETRY -> count == 0 ? "nothing of it is parked" : deliveries(count) + " tried again";
            case DISCARD -> count == 0 ? "nothing of it is parked or held" : deliveries(count) + " discarded";
            case PAUSE -> "paused";
            case RESUME -> count == 0 ? "was not paused" : "resumed";
        };
    }

    private static String deliveries(long count) {
        return count + (count == 1 ? " delivery is" : " deliveries are");
    }

    @Override
    public Page<CopyView> copies(Search which, String gateway, Optional<String> cursor, int limit) {
        List<FoundCopy> found = cluster.search()
                .copies(which(which, gateway), controls.destinations().keySet(), cursor, limit);
        Optional<String> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).cursor());
        return new Page<>(found.stream().map(ClusterOperations::view).toList(), next);
    }

    private ClusterSearch.Which which(Search which, String gateway) {
        return new ClusterSearch.Which(
                which.study(), which.instance(), which.destination(), which.state(), gateway, gateway.isEmpty());
    }

    private static CopyView view(FoundCopy copy) {
        return new CopyView(
                copy.gateway(),
                copy.delivery(),
                copy.sopInstance(),
                copy.study(),
                copy.route(),
                optional(copy.destination()),
                name(copy.state()),
                copy.reason(),
                copy.since(),
                copy.receivedAt());
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static String name(DeliveryState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public WhereaboutsView whereabouts(Search which) {
        ClusterSearch.Whereabouts found = cluster.search()
                .whereabouts(which(which, ""), controls.destinations().keySet());
        return new WhereaboutsView(
                found.holders().stream()
                        .map(each -> new WhereaboutsView.HolderView(
                                each.gateway(),
                                each.member(),
                                each.instances(),
                                each.open(),
                                each.unrouted(),
                                each.firstReceivedAt(),
                                each.lastReceivedAt()))
                        .toList(),
                found.copies().stream()
                        .map(each -> new WhereaboutsView.AtView(
                                each.gateway(),
                                optional(each.destination()),
                                name(each.state()),
                                each.copies(),
                                each.since(),
                                each.reason()))
                        .toList());
    }

    /** What all gateways have yet to deliver, as a part of a status. */
    public static List<StatusView.Waiting> waiting(ClusterOrders.Counted counted, Set<String> present) {
        return counted.counts().stream()
                .map(each -> {
                    boolean held = !each.destination().isEmpty() && !present.contains(each.destination());
                    return new StatusView.Waiting(
                            each.gateway(),
                            each.destination(),
                            held ? 0 : each.waiting(),
                            each.parked(),
                            held ? each.waiting() : 0);
                })
                .toList();
    }

    /** {@inheritDoc} What another gateway was asked for is in its audit trail; that it was done here, is in ours. */
    @Override
    public long carryOut(Order order, String by) {
        boolean done = false;
        try {
            long count = carriedOut(order);
            done = true;
            LOG.info("{} at {}: {}", mention(order), by, told(order, count));
            return count;
        } finally {
            if (!by.equals(node())) {
                audit.acted(
                        new Caller(order.operator(), Role.OPERATOR, order.address()),
                        function(order),
                        Json.write(request(order, by)),
                        done ? DONE : REFUSED);
            }
        }
    }

    private long carriedOut(Order order) {
        String destination = order.selection().destination();
        return switch (order.action()) {
            case RETRY -> spool.retry(order.selection());
            case DISCARD -> spool.discard(order.selection(), order.reason());
            case PAUSE -> {
                if (!controls.pause(destination, order.reason())) {
                    throw new IllegalArgumentException("the rules of gateway " + node() + " have no destination "
                            + Text.printable(destination, MAX_TEXT));
                }
                yield 1;
            }
            case RESUME -> controls.resume(destination) ? 1 : 0;
        };
    }

    private static String mention(Order order) {
        return order.operator().isEmpty() ? "operator" : "operator " + order.operator();
    }

    private static String told(Order order, long count) {
        Selection selection = order.selection();
        String destination = Text.printable(selection.destination(), MAX_TEXT);
        String reason = order.reason().isEmpty() ? "no reason given" : Text.printable(order.reason(), MAX_TEXT);
        return switch (order.action()) {
            case RETRY -> count + " parked deliveries are tried again (" + described(selection) + ")";
            case DISCARD -> count + " deliveries are discarded (" + described(selection) + "): " + reason;
            case PAUSE -> "destination " + destination + " is paused: " + reason;
            case RESUME -> "destination " + destination + (count == 0 ? " was not paused" : " is resumed");
        };
    }

    private static String described(Selection selection) {
        return "destination=" + anyOr(selection.destination()) + " study=" + anyOr(selection.studyInstanceUid())
                + " delivery=" + (selection.deliveryId() == 0 ? "any" : Long.toString(selection.deliveryId()));
    }

    private static String anyOr(String text) {
        return text.isEmpty() ? "any" : Text.printable(text, MAX_TEXT);
    }

    /** The path by which the same is asked for. */
    private static String function(Order order) {
        return switch (order.action()) {
            case RETRY -> "/api/retry";
            case DISCARD -> "/api/discard";
            case PAUSE -> "/api/destinations/" + order.selection().destination() + "/pause";
            case RESUME -> "/api/destinations/" + order.selection().destination() + "/resume";
        };
    }

    private static Map<String, Object> request(Order order, String by) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("askedAt", by);
        if (!order.action().lasts()) {
            put(request, "destination", order.selection().destination());
            put(request, "study", order.selection().studyInstanceUid());
            if (order.selection().deliveryId() != 0) {
                request.put("delivery", order.selection().deliveryId());
            }
        }
        put(request, "reason", order.reason());
        return request;
    }

    private static void put(Map<String, Object> request, String name, String value) {
        if (!value.isEmpty()) {
            request.put(name, value);
        }
    }
}
