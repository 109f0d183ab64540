package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.dicomgateway.admin.api.HistoryView;
import org.dicomgateway.admin.api.LogView;
import org.dicomgateway.observe.ForwardEvent;
import org.dicomgateway.observe.Metrics;
import org.dicomgateway.observe.RecentEvents;
import org.dicomgateway.observe.Traffic;

/** The requests for the last hours, the recent log, live events and metrics. */
final class LiveApi {

    private static final int DEFAULT_LINES = 100;
    private static final int DEFAULT_HOURS = 6;
    private static final Set<String> LOG_PARAMETERS =
            Set.of("limit", "event", "study", "instance", "calling-ae", "route", "destination");

    private final Traffic traffic;
    private final RecentEvents recent;
    private final LiveEvents live;
    private final Gauges gauges;

    LiveApi(Traffic traffic, RecentEvents recent, LiveEvents live, Gauges gauges) {
        this.traffic = traffic;
        this.recent = recent;
        this.live = live;
        this.gauges = gauges;
    }

    void register(RoutesConfig routes) {
        routes.get("/api/history", this::history);
        routes.get("/api/log", this::log);
        routes.get("/api/events", live::serve);
        routes.get(
                "/metrics", context -> context.contentType(Metrics.MEDIA_TYPE).result(gauges.scrape(Instant.now())));
        routes.get("/openapi.json", LiveApi::description);
    }

    /** The whole interface, as OpenAPI 3.1. */
    private static void description(Context context) {
        InputStream description = LiveApi.class.getResourceAsStream("openapi.json");
        if (description == null) {
            throw new IllegalStateException("openapi.json is missing in this build");
        }
        context.contentType("application/json").result(description);
    }

    private void history(Context context) {
        SearchApi.refuseUnknown(context, Set.of("hours"));
        String hours = SearchApi.text(context, "hours");
        long reach = hours.isEmpty() ? DEFAULT_HOURS : SearchApi.number("hours", hours, 1, Traffic.REACH.toHours());
        AdminApi.answer(context, HistoryView.of(traffic, Duration.ofHours(reach), Instant.now()));
    }

    private void log(Context context) {
        SearchApi.refuseUnknown(context, LOG_PARAMETERS);
        String text = SearchApi.text(context, "limit");
        int limit = text.isEmpty() ? DEFAULT_LINES : (int) SearchApi.number("limit", text, 1, RecentEvents.KEPT);
        List<ForwardEvent> meant =
                recent.last(RecentEvents.KEPT).stream().filter(meant(context)).toList();
        List<ForwardEvent> told = meant.subList(Math.max(0, meant.size() - limit), meant.size());
        AdminApi.answer(context, LogView.of(told, meant.size() - told.size()));
    }

    private static Predicate<ForwardEvent> meant(Context context) {
        return Stream.of(
                        is(context, "event", event -> event.event().toString()),
                        is(context, "study", ForwardEvent::study),
                        is(context, "instance", ForwardEvent::sopInstance),
                        is(context, "calling-ae", ForwardEvent::calling),
                        is(context, "route", ForwardEvent::route),
                        is(context, "destination", ForwardEvent::destination))
                .flatMap(Optional::stream)
                .reduce(any -> true, Predicate::and);
    }

    /** A condition, if the request has it. */
    private static Optional<Predicate<ForwardEvent>> is(
            Context context, String name, Function<ForwardEvent, String> of) {
        return Optional.ofNullable(context.queryParam(name)).map(value -> event -> value.equals(of.apply(event)));
    }
}
