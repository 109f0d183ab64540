package org.dicomgateway.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dicomgateway.dicom.Text;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Selection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/** What can be asked for, and done. Every action of an operator is one line of the log. */
final class AdminApi {

    private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

    /** A reason that operators give each other; longer ones are cut. */
    private static final int MAX_REASON = 200;

    private final Controls controls;
    private final SpoolView spool;

    AdminApi(Controls controls, SpoolView spool) {
        this.controls = controls;
        this.spool = spool;
    }

    void register(RoutesConfig routes) {
        routes.get("/health/live", context -> answer(context, new Answers.Health(true, "")), Access.ANYBODY);
        routes.get("/health/ready", this::ready, Access.ANYBODY);
        routes.get("/api/status", context -> answer(context, status()));
        routes.get("/api/destinations", context -> answer(context, destinations()));
        routes.post("/api/destinations/{name}/pause", this::pause);
        routes.post("/api/destinations/{name}/resume", this::resume);
        routes.post("/api/reroute", this::reroute);
        routes.post("/api/retry", this::retry);
        routes.post("/api/reload", this::reload);
    }

    private void ready(Context context) {
        Optional<String> closed = controls.process().closedBecause();
        context.status(closed.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
        answer(context, new Answers.Health(closed.isEmpty(), closed.orElse("")));
    }

    private StatusView status() {
        StatusView.Totals totals = StatusView.Totals.of(spool.books().values());
        return new StatusView(controls.process(), controls.rules(), totals, spool.unrouted(), spool.unassigned());
    }

    /** Those of the rules, and those that have deliveries still though no rule names them any more. */
    private List<DestinationView> destinations() {
        Map<String, HealthView> health = controls.destinations();
        Map<String, Books> books = spool.books();
        TreeSet<String> names = new TreeSet<>(books.keySet());
        names.addAll(health.keySet());
        return names.stream()
                .map(name -> new DestinationView(
                        name, Optional.ofNullable(health.get(name)), Optional.ofNullable(books.get(name))))
                .toList();
    }

    private void pause(Context context) {
        String name = knownDestination(context.pathParam("name"));
        String reason =
                Text.printable(request(context, Requests.Pause.class).reason().orElse(""), MAX_REASON);
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
        if (!controls.resume(name)) {
            throw new ConflictResponse("destination " + name + " is not paused");
        }
        LOG.info("{}: destination {} is resumed", Caller.mention(context), name);
        answer(context, new Answers.Paused(name, false));
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
            throw new NotFoundResponse("nothing was ever for a destination " + Text.printable(from, MAX_REASON)
                    + "; there are deliveries of " + String.join(", ", new TreeMap<>(spool.books()).keySet()));
        }
        long count = spool.reroute(from, to);
        LOG.info(
                "{}: {} deliveries of destination {} are rerouted to {}",
                Caller.mention(context),
                count,
                printable(from),
                to);
        answer(context, new Answers.Count(count));
    }

    private void retry(Context context) {
        Requests.Retry request = request(context, Requests.Retry.class);
        Selection selection = new Selection(
                request.destination().orElse(""),
                request.study().orElse(""),
                request.deliveryId().orElse(0L));
        long count = spool.retry(selection);
        LOG.info(
                "{}: {} parked deliveries are tried again (destination={} study={} delivery={})",
                Caller.mention(context),
                count,
                request.destination().map(AdminApi::printable).orElse("any"),
                request.study().map(AdminApi::printable).orElse("any"),
                request.deliveryId().map(String::valueOf).orElse("any"));
        answer(context, new Answers.Count(count));
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

    private static String printable(String text) {
        return Text.printable(text, MAX_REASON);
    }

    private static <T> T request(Context context, Class<T> type) {
        try {
            return Json.readRequest(context.body(), type);
        } catch (JacksonException e) {
            throw new BadRequestResponse(
                    "not a request of this kind: " + Text.printable(e.getOriginalMessage(), MAX_REASON));
        }
    }

    static void answer(Context context, Object value) {
        context.contentType("application/json").result(Json.write(value));
    }
}
