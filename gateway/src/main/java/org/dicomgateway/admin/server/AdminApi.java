package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.dicomgateway.admin.access.Access;
import org.dicomgateway.admin.access.Caller;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.api.RoutesView;
import org.dicomgateway.admin.api.VerificationView;
import org.dicomgateway.admin.cluster.ClusterOrder.Action;
import org.dicomgateway.admin.cluster.OrderView;
import org.dicomgateway.admin.events.EventControls;
import org.dicomgateway.admin.events.EventView;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch.Page;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Selection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** The requests for status and for actions. Every action of an operator is one line of the log. */
final class AdminApi {

    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

    /** The longest reason that is kept; a longer one is cut. */
    private static final int MAX_REASON = 200;

    private final Controls controls;
    private final SpoolView spool;
    private final Overview overview;
    private final ClusterApi cluster;

    AdminApi(Controls controls, SpoolView spool, Overview overview, ClusterApi cluster) {
        this.controls = controls;
        this.spool = spool;
        this.overview = overview;
        this.cluster = cluster;
    }

    void register(RoutesConfig routes) {
        routes.get("/health/live", context -> answer(context, new Answers.Health(true, "")), Access.ANYBODY);
        routes.get("/health/ready", this::ready, Access.ANYBODY);
        routes.get("/api/status", context -> answer(context, overview.status(Instant.now())));
        routes.get("/api/destinations", context -> answer(context, overview.destinations(Instant.now())));
        routes.get("/api/routes", this::routes);
        routes.get("/api/commitments", context -> answer(context, controls.commitments()));
        routes.get("/api/user", AdminApi::user);
        routes.post("/api/destinations/{name}/pause", this::pause);
        routes.post("/api/destinations/{name}/resume", this::resume);
        routes.post("/api/destinations/{name}/try", this::tryNow);
        routes.post("/api/receiver/pause", this::pauseReceiver);
        routes.post("/api/receiver/resume", this::resumeReceiver);
        routes.get("/api/receiver/drain", context -> answer(context, overview.drain(Instant.now())));
        routes.post("/api/receiver/drain", this::drain);
        routes.post("/api/reroute", this::reroute);
        routes.post("/api/retry", this::retry);
        routes.post("/api/discard", this::discard);
        routes.post("/api/verify", this::verify);
        routes.get("/api/verify/{number}", this::verification);
        routes.post("/api/reload", this::reload);
        routes.get("/api/receivers/events", this::events);
        routes.post("/api/receivers/retry", this::retryEvents);
        routes.post("/api/receivers/discard", this::discardEvents);
    }

    private void events(Context context) {
        SearchApi.refuseUnknown(context, Set.of("receiver", "study", "all", "limit"));
        List<EventView> events = controls.events()
                .events(
                        SearchApi.text(context, "receiver"),
                        SearchApi.text(context, "study"),
                        !SearchApi.text(context, "all").equals("true"),
                        SearchApi.limit(context));
        answer(context, new Page<>(events, Optional.empty()));
    }

    private void retryEvents(Context context) {
        String receiver = request(context, EventControls.Retry.class)
                .receiver()
                .orElseThrow(() -> new BadRequestResponse("receiver is missing"));
        long count = known(() -> controls.events().retry(receiver));
        LOG.info("{}: {} events for {} are told now", Caller.mention(context), count, printable(receiver));
        answer(context, new Answers.Count(count));
    }

    private void discardEvents(Context context) {
        EventControls.Discard request = request(context, EventControls.Discard.class);
        String receiver = request.receiver().orElseThrow(() -> new BadRequestResponse("receiver is missing"));
        String reason = Text.printable(request.reason().orElse("").strip(), MAX_REASON);
        if (reason.isEmpty()) {
            throw new BadRequestResponse("reason is missing: it explains later why the receiver was not told");
        }
        long count =
                known(() -> controls.events().discard(receiver, request.id().orElse("")));
        LOG.info(
                "{}: {} events for {} are discarded (event {}): {}",
                Caller.mention(context),
                count,
                printable(receiver),
                anyOr(request.id().orElse("")),
                reason);
        answer(context, new Answers.Count(count));
    }

    private static long known(LongSupplier action) {
        try {
            return action.getAsLong();
        } catch (NoSuchElementException e) {
            throw new NotFoundResponse(printable(String.valueOf(e.getMessage())));
        }
    }

    private void ready(Context context) {
        ProcessView process = controls.process();
        Optional<String> why = process.notReadyBecause();
        context.status(why.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
        String said = why.or(() -> spool.vitals().ledgerDamage()).orElse("");
        answer(context, new Answers.Ready(why.isEmpty(), said, process.auditComplete()));
    }

    private void routes(Context context) {
        answer(context, new RoutesView(controls.rules().version(), controls.routes()));
    }

    private static void user(Context context) {
        Caller caller = Caller.of(context).orElseThrow();
        answer(context, new Answers.User(caller.name(), caller.role().name().toLowerCase(Locale.ROOT)));
    }

    private void pauseReceiver(Context context) {
        String reason =
                Text.printable(request(context, Requests.Pause.class).reason().orElse(""), MAX_REASON);
        controls.pauseReceiver(reason);
        LOG.info("{}: receiving is paused: {}", Caller.mention(context), reason.isEmpty() ? "no reason given" : reason);
        answer(context, new Answers.ReceiverPaused(true));
    }

    private void drain(Context context) {
        String reason =
                Text.printable(request(context, Requests.Pause.class).reason().orElse(""), MAX_REASON);
        controls.drain(reason);
        LOG.info(
                "{}: the gateway is drained, and takes nothing more in: {}",
                Caller.mention(context),
                reason.isEmpty() ? "no reason given" : reason);
        answer(context, overview.drain(Instant.now()));
    }

    private void resumeReceiver(Context context) {
        if (!controls.resumeReceiver()) {
            throw new ConflictResponse("receiving is neither paused nor drained");
        }
        LOG.info("{}: receiving is resumed", Caller.mention(context));
        answer(context, new Answers.ReceiverPaused(false));
    }

    private void pause(Context context) {
        String name = knownDestination(context.pathParam("name"));
        Requests.PauseDestination request = request(context, Requests.PauseDestination.class);
        String reason = Text.printable(request.reason().orElse(""), MAX_REASON);
        Optional<OrderView> ordered =
                cluster.order(context, Action.PAUSE, new Selection(name, "", 0), reason, request.gateway());
        if (ordered.isPresent()) {
            answer(context, new Answers.Paused(name, isPaused(name), ordered));
            return;
        }
        if (!controls.pause(name, reason)) {
            throw noSuchDestination(name);
        }
        LOG.info(
                "{}: destination {} is paused: {}",
                Caller.mention(context),
                name,
                reason.isEmpty() ? "no reason given" : reason);
        answer(context, new Answers.Paused(name, true));
    }

    private void resume(Context context) {
        String name = knownDestination(context.pathParam("name"));
        Optional<String> only = controls.clusterControls().isPresent()
                ? request(context, Requests.Resume.class).gateway()
                : Optional.empty();
        Optional<OrderView> ordered = cluster.order(context, Action.RESUME, new Selection(name, "", 0), "", only);
        if (ordered.isPresent()) {
            answer(context, new Answers.Paused(name, isPaused(name), ordered));
            return;
        }
        if (!controls.resume(name)) {
            throw new ConflictResponse("destination " + name + " is not paused");
        }
        LOG.info("{}: destination {} is resumed", Caller.mention(context), name);
        answer(context, new Answers.Paused(name, false));
    }

    private boolean isPaused(String name) {
        return Optional.ofNullable(controls.destinations().get(name))
                .filter(health -> health.state().equals("paused"))
                .isPresent();
    }

    private void tryNow(Context context) {
        String name = knownDestination(context.pathParam("name"));
        if (!controls.tryNow(name)) {
            throw new ConflictResponse("destination " + name + " is "
                    + Optional.ofNullable(controls.destinations().get(name))
                            .map(HealthView::state)
                            .orElse("gone")
                    + ": only one that is down waits for its next attempt");
        }
        long hastened = spool.hasten(name);
        LOG.info(
                "{}: destination {} is tried now; {} deliveries no longer wait for their own time",
                Caller.mention(context),
                name,
                hastened);
        answer(context, new Answers.Tried(name));
    }

    private void reroute(Context context) {
        Requests.Reroute request = request(context, Requests.Reroute.class);
        String from = request.from().orElseThrow(() -> new BadRequestResponse("from is missing"));
        String to = request.to().orElseThrow(() -> new BadRequestResponse("to is missing"));
        if (from.equals(to)) {
            throw new BadRequestResponse("from and to are the same destination");
        }
        knownDestination(to);
        if (!from.isEmpty() && !spool.books().containsKey(from)) {
            throw new NotFoundResponse("no delivery was ever for a destination " + Text.printable(from, MAX_REASON)
                    + "; there are deliveries for " + String.join(", ", new TreeMap<>(spool.books()).keySet()));
        }
        if (!request.identified().orElse(false) && wouldIdentify(from, to)) {
            throw new ConflictResponse("what waits for " + (from.isEmpty() ? "any destination" : printable(from))
                    + " may be meant to be de-identified, and " + to + " gets it with the patient's data; if that is"
                    + " right: scripts/gateway reroute --identified");
        }
        long count = spool.reroute(from, to);
        LOG.info(
                "{}: {} deliveries {} are rerouted to {}",
                Caller.mention(context),
                count,
                from.isEmpty() ? "without a destination" : "of destination " + printable(from),
                to);
        answer(context, new Answers.Count(count));
    }

    /**
     * Whether an instance that was to leave de-identified would leave with the patient's data. Of a destination that
     * the rules do not name, nobody knows: then it counts whether any gets de-identified instances.
     */
    private boolean wouldIdentify(String from, String to) {
        Map<String, HealthView> destinations = controls.destinations();
        boolean deidentified = Optional.ofNullable(destinations.get(from))
                .map(HealthView::deidentifies)
                .orElseGet(() -> destinations.values().stream().anyMatch(HealthView::deidentifies));
        return deidentified
                && !Optional.ofNullable(destinations.get(to))
                        .filter(HealthView::deidentifies)
                        .isPresent();
    }

    private void retry(Context context) {
        Requests.Retry request = request(context, Requests.Retry.class);
        Selection selection = selection(request.destination(), request.study(), request.delivery());
        if (request.all().orElse(false) && !selection.equals(Selection.ALL)) {
            throw new BadRequestResponse("all cannot be combined with another condition");
        }
        Optional<OrderView> ordered = cluster.order(context, Action.RETRY, selection, "", request.gateway());
        if (ordered.isPresent()) {
            answer(context, new Answers.Count(ordered.get().count(), ordered));
            return;
        }
        long count = spool.retry(selection);
        LOG.info("{}: {} parked deliveries are tried again ({})", Caller.mention(context), count, described(selection));
        answer(context, new Answers.Count(count));
    }

    private void discard(Context context) {
        Requests.Discard request = request(context, Requests.Discard.class);
        String reason = Text.printable(request.reason().orElse("").strip(), MAX_REASON);
        if (reason.isEmpty()) {
            throw new BadRequestResponse("reason is missing: it explains later why the study was not delivered");
        }
        Selection selection = selection(request.destination(), request.study(), request.delivery());
        if (selection.equals(Selection.ALL)) {
            throw new BadRequestResponse("one of delivery, study and destination is needed");
        }
        Optional<OrderView> ordered = cluster.order(context, Action.DISCARD, selection, reason, request.gateway());
        if (ordered.isPresent()) {
            answer(context, new Answers.Count(ordered.get().count(), ordered));
            return;
        }
        long count = spool.discard(selection, reason);
        LOG.info(
                "{}: {} deliveries are discarded ({}): {}",
                Caller.mention(context),
                count,
                described(selection),
                reason);
        answer(context, new Answers.Count(count));
    }

    private void verify(Context context) {
        Requests.Verify request = request(context, Requests.Verify.class);
        Search which = new Search(
                request.study().orElse(""),
                "",
                "",
                request.accession().orElse(""),
                request.patient().orElse(""),
                "",
                "",
                "",
                request.destination().map(this::knownDestination).orElse(""),
                Optional.of(DeliveryState.DELIVERED),
                request.since(),
                Optional.empty());
        boolean any = request.study()
                        .or(request::accession)
                        .or(request::patient)
                        .or(request::destination)
                        .isEmpty()
                && request.since().isEmpty();
        if (any != request.all().orElse(false)) {
            throw new BadRequestResponse("one of study, patient, accession, destination and since is needed, or all");
        }
        boolean repair = request.repair().orElse(false);
        boolean overwrite = request.overwrite().orElse(false);
        if (overwrite && !repair) {
            throw new BadRequestResponse("overwrite is only possible with repair");
        }
        VerificationView begun = controls.verify(which, repair, overwrite);
        LOG.info(
                "{}: copies are verified, request {}{}: study={} destination={}",
                Caller.mention(context),
                begun.number(),
                overwrite ? ", repaired and overwritten" : repair ? ", and repaired" : "",
                anyOr(which.study()),
                anyOr(which.destination()));
        answer(context, begun);
    }

    private void verification(Context context) {
        long number = SearchApi.number("number", context.pathParam("number"), 1, Long.MAX_VALUE);
        answer(
                context,
                controls.verification(number)
                        .orElseThrow(() -> new NotFoundResponse(
                                "no such request: " + number + "; the gateway was started since, or it was long ago")));
    }

    private static Selection selection(Optional<String> destination, Optional<String> study, Optional<Long> delivery) {
        return new Selection(destination.orElse(""), study.orElse(""), delivery.orElse(0L));
    }

    private static String described(Selection selection) {
        return "destination=" + anyOr(selection.destination()) + " study=" + anyOr(selection.studyInstanceUid())
                + " delivery=" + (selection.deliveryId() == 0 ? "any" : Long.toString(selection.deliveryId()));
    }

    private static String anyOr(String text) {
        return text.isEmpty() ? "any" : printable(text);
    }

    private void reload(Context context) {
        LOG.info("{}: the rules are read again", Caller.mention(context));
        answer(context, controls.reload());
    }

    private String knownDestination(String name) {
        if (!controls.destinations().containsKey(name)) {
            throw noSuchDestination(name);
        }
        return name;
    }

    private NotFoundResponse noSuchDestination(String name) {
        return new NotFoundResponse("no such destination: " + printable(name) + "; there are "
                + String.join(", ", new TreeSet<>(controls.destinations().keySet())));
    }

    static String printable(String text) {
        return Text.printable(text, MAX_REASON);
    }

    static <T> T request(Context context, Class<T> type) {
        try {
            return Optional.ofNullable(Json.readRequest(Json.text(context), type))
                    .orElseThrow(() -> new BadRequestResponse("null is not a request"));
        } catch (JacksonException e) {
            throw new BadRequestResponse(
                    "not a request of this kind: " + Text.printable(e.getOriginalMessage(), MAX_REASON));
        }
    }

    static void answer(Context context, Object value) {
        context.contentType("application/json").result(Json.bytes(value));
    }
}
