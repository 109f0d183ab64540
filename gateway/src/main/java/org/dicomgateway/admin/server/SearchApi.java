package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.InstanceView;
import org.dicomgateway.admin.api.StoryView;
import org.dicomgateway.admin.api.StudyView;
import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch;
import org.dicomgateway.spool.SpoolSearch.Page;

/** The searches for instances, studies and deliveries. */
final class SearchApi {

    private static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 200;
    private static final int MAX_VALUE = 200;

    /** Times outside these years are not useful here, and cannot be counted in milliseconds. */
    private static final int MIN_YEAR = 1;

    private static final int MAX_YEAR = 9999;

    private static final Set<String> PARAMETERS = Set.of(
            "study",
            "series",
            "instance",
            "accession",
            "patient",
            "calling-ae",
            "called-ae",
            "route",
            "destination",
            "state",
            "from",
            "to",
            "limit",
            "cursor");

    private final Controls controls;
    private final SpoolSearch spool;

    SearchApi(Controls controls, SpoolSearch spool) {
        this.controls = controls;
        this.spool = spool;
    }

    void register(RoutesConfig routes) {
        routes.get("/api/instances", this::instances);
        routes.get("/api/instances/{id}", this::story);
        routes.get("/api/timelines", this::timelines);
        routes.get("/api/studies", this::studies);
        routes.get("/api/deliveries", this::deliveries);
    }

    private void instances(Context context) {
        Page<SpoolSearch.FoundInstance> page = spool.instances(search(context), cursor(context), limit(context));
        AdminApi.answer(context, page.map(InstanceView::of));
    }

    private void timelines(Context context) {
        Page<SpoolSearch.Story> page = spool.stories(search(context), cursor(context), limit(context));
        AdminApi.answer(context, page.map(StoryView::of));
    }

    private void deliveries(Context context) {
        Page<SpoolSearch.FoundDelivery> page = spool.deliveries(search(context), cursor(context), limit(context));
        AdminApi.answer(context, page.map(DeliveryView::of));
    }

    private void studies(Context context) {
        Page<SpoolSearch.FoundStudy> page = spool.studies(search(context), cursor(context), limit(context));
        Map<String, HealthView> health = controls.destinations();
        AdminApi.answer(context, page.map(study -> StudyView.of(study, health)));
    }

    private void story(Context context) {
        long id = number("id", context.pathParam("id"), 1, Long.MAX_VALUE / 1024);
        AdminApi.answer(
                context,
                spool.story(id)
                        .map(StoryView::of)
                        .orElseThrow(() -> new NotFoundResponse("instance " + id + " is not known, or deleted")));
    }

    /** Refuses unknown parameters: a misspelled condition would be ignored otherwise. */
    static void refuseUnknown(Context context, Set<String> parameters) {
        for (String name : context.queryParamMap().keySet()) {
            if (!parameters.contains(name)) {
                throw new BadRequestResponse("no such parameter: " + AdminApi.printable(name) + "; there are "
                        + String.join(", ", new TreeSet<>(parameters)));
            }
        }
    }

    private static Search search(Context context) {
        refuseUnknown(context, PARAMETERS);
        return new Search(
                text(context, "study"),
                text(context, "series"),
                text(context, "instance"),
                text(context, "accession"),
                text(context, "patient"),
                text(context, "calling-ae"),
                text(context, "called-ae"),
                text(context, "route"),
                text(context, "destination"),
                state(text(context, "state")),
                time(context, "from"),
                time(context, "to"));
    }

    static String text(Context context, String name) {
        String value = Optional.ofNullable(context.queryParam(name)).orElse("");
        if (value.length() > MAX_VALUE) {
            throw new BadRequestResponse(name + " is longer than " + MAX_VALUE + " characters");
        }
        return value;
    }

    static Optional<DeliveryState> state(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        for (DeliveryState state : DeliveryState.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(text)) {
                return Optional.of(state);
            }
        }
        throw new BadRequestResponse("no such state: " + AdminApi.printable(text) + "; there are "
                + Arrays.toString(DeliveryState.values()).toLowerCase(Locale.ROOT));
    }

    private static Optional<Instant> time(Context context, String name) {
        String text = text(context, name);
        try {
            if (text.isEmpty()) {
                return Optional.empty();
            }
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() >= MIN_YEAR && time.getYear() <= MAX_YEAR) {
                return Optional.of(time.toInstant());
            }
            throw new BadRequestResponse(name + " is not a time in the years " + MIN_YEAR + " to " + MAX_YEAR);
        } catch (DateTimeException e) {
            throw new BadRequestResponse(
                    name + " is not a time like 2026-03-01T12:00:00Z: " + AdminApi.printable(text));
        }
    }

    static Optional<String> cursor(Context context) {
        return Optional.of(text(context, "cursor")).filter(cursor -> !cursor.isEmpty());
    }

    static int limit(Context context) {
        String text = text(context, "limit");
        return text.isEmpty() ? DEFAULT_LIMIT : (int) number("limit", text, 1, MAX_LIMIT);
    }

    static long number(String name, String text, long min, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new BadRequestResponse(
                name + " is not a number from " + min + " to " + max + ": " + AdminApi.printable(text));
    }
}
