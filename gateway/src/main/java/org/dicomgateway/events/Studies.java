package org.dicomgateway.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.Attribute;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.events.EventStore.Watched;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch.FoundStudy;
import org.dicomgateway.spool.SpoolSearch.StudyAt;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.SpoolView.StudyPart;

/** Finds out for a receiver which studies are complete and which are stuck. For one thread. */
final class Studies {

    /** How many studies are looked at in a row, so that no receiver waits for another one's backlog. */
    private static final int AT_ONCE = 100;

    private static final Duration SOONEST = Duration.ofSeconds(1);
    private static final Duration LATEST = Duration.ofMinutes(1);
    /** A study that waits is looked at again after this part of its age. */
    private static final int PART_OF_AGE = 10;

    private final SpoolView spool;
    private final EventStore store;

    Studies(SpoolView spool, EventStore store) {
        this.spool = spool;
        this.store = store;
    }

    /**
     * Looks at the studies that are due for a receiver, and makes their events.
     *
     * @throws SearchException when the ledger cannot be read now; the study for which it could not comes last next time
     */
    void look(ReceiverSettings receiver, RoutingSettings rules, Instant now) {
        Instant latest = now.plus(receiver.quiet()).plus(LATEST);
        for (Watched watched : store.toLookAt(receiver.name(), now, latest, AT_ONCE)) {
            try {
                look(receiver, rules, watched, now);
            } catch (SearchException e) {
                store.looked(receiver.name(), watched, watched, Optional.of(now.plus(LATEST)), Optional.empty(), now);
                throw e;
            }
        }
    }

    private void look(ReceiverSettings receiver, RoutingSettings rules, Watched watched, Instant now) {
        Instant quiet = watched.lastAt().plus(receiver.quiet());
        if (watched.lastAt().isAfter(now) || now.isBefore(quiet)) {
            // The clock was set back, or the settings have changed.
            Instant at = watched.lastAt().isAfter(now) ? now : watched.lastAt();
            store.seenAgain(receiver.name(), watched.study(), watched.lastInstance(), at, at.plus(receiver.quiet()));
            return;
        }
        Optional<FoundStudy> study = spool.studies(of(watched.study()), Optional.empty(), 1).items().stream()
                .findFirst();
        StudyPart added = spool.part(watched.study(), watched.told());
        if (added.lastInstance() > watched.lastInstance()) {
            // Another instance has arrived just now, or while the rules did not name the receiver.
            Instant at = study.map(FoundStudy::lastReceivedAt)
                    .filter(received -> received.isBefore(now))
                    .orElse(now);
            store.seenAgain(receiver.name(), watched.study(), added.lastInstance(), at, at.plus(receiver.quiet()));
            return;
        }
        // What the ledger has forgotten is done, but nobody knows whether it was verified.
        boolean unknown = study.isEmpty() && receiver.completeWhen() == CompleteWhen.VERIFIED;
        Optional<String> open = unknown
                ? Optional.of("nothing of it is in the ledger any more")
                : study.flatMap(found -> open(found, added, receiver, rules));
        if (open.isEmpty()) {
            complete(receiver, watched, study, added, now);
            return;
        }
        boolean parked =
                study.stream().flatMap(found -> found.destinations().stream()).anyMatch(at -> at.parked() > 0);
        boolean late =
                !now.isBefore(watched.lastAt().plus(receiver.stuckAfter()).plus(longestHold(rules)));
        boolean stuck = parked || late || unknown;
        boolean tell = stuck && !watched.stuck() && receiver.on().contains(EventKind.STUDY_STUCK);
        Watched after = new Watched(
                watched.study(),
                watched.lastInstance(),
                watched.lastAt(),
                watched.told(),
                stuck,
                watched.times() + (tell ? 1 : 0));
        Optional<EventStore.Draft> event = tell
                ? Optional.of(event(receiver, EventKind.STUDY_STUCK, after, study, added, open.get(), now))
                : Optional.empty();
        Optional<Instant> again = unknown ? Optional.empty() : Optional.of(again(watched, now));
        store.looked(receiver.name(), watched, after, again, event, now);
    }

    private void complete(
            ReceiverSettings receiver, Watched watched, Optional<FoundStudy> study, StudyPart added, Instant now) {
        boolean tell = receiver.on().contains(EventKind.STUDY_COMPLETE) && watched.told() < watched.lastInstance();
        Watched after = new Watched(
                watched.study(),
                watched.lastInstance(),
                watched.lastAt(),
                watched.lastInstance(),
                false,
                watched.times() + (tell ? 1 : 0));
        Optional<EventStore.Draft> event = tell
                ? Optional.of(event(receiver, EventKind.STUDY_COMPLETE, after, study, added, "", now))
                : Optional.empty();
        store.looked(receiver.name(), watched, after, Optional.empty(), event, now);
    }

    private static Instant again(Watched watched, Instant now) {
        Duration age = Duration.between(watched.lastAt(), now).dividedBy(PART_OF_AGE);
        Duration wait = age.compareTo(SOONEST) < 0 ? SOONEST : age.compareTo(LATEST) > 0 ? LATEST : age;
        return now.plus(wait);
    }

    /** What of the study is not where it belongs; empty: nothing. */
    private static Optional<String> open(
            FoundStudy study, StudyPart part, ReceiverSettings receiver, RoutingSettings rules) {
        List<String> open = new ArrayList<>();
        if (study.unrouted() > 0) {
            open.add(study.unrouted() + " have no route");
        }
        for (StudyAt at : study.destinations()) {
            String name = at.destination().isEmpty() ? "no destination yet" : at.destination();
            add(open, at.pending(), "wait", name);
            add(open, at.parked(), "are parked", name);
            add(open, at.held(), "are held", name);
            if (receiver.completeWhen() == CompleteWhen.VERIFIED && isVerified(at.destination(), rules)) {
                add(open, part.unverified().getOrDefault(at.destination(), 0L), "are not verified", name);
            }
        }
        return open.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", open));
    }

    private static void add(List<String> open, long count, String what, String destination) {
        if (count > 0) {
            open.add(destination + ": " + count + " " + what);
        }
    }

    private static boolean isVerified(String destination, RoutingSettings rules) {
        return Optional.ofNullable(rules.destinations().get(destination))
                .map(DestinationSettings::verify)
                .filter(verify -> verify.isOn())
                .isPresent();
    }

    /** What routes hold on purpose is not stuck. */
    private static Duration longestHold(RoutingSettings rules) {
        return rules.routes().stream()
                .flatMap(route -> route.hold().stream())
                .map(RouteSettings.Hold::quiet)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private EventStore.Draft event(
            ReceiverSettings receiver,
            EventKind kind,
            Watched watched,
            Optional<FoundStudy> found,
            StudyPart added,
            String why,
            Instant now) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("study", watched.study());
        found.ifPresent(study -> describe(study, receiver, data));
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("instances", added.instances());
        more.put("series", added.series());
        data.put("added", more);
        if (!why.isEmpty()) {
            data.put("why", why);
        }
        String mark = kind == EventKind.STUDY_COMPLETE
                ? Long.toString(watched.lastInstance())
                : watched.lastInstance() + "/" + watched.times();
        return CloudEvent.of(
                store.uuid(),
                receiver.name(),
                kind,
                "study/" + watched.study(),
                Optional.of(watched.study()),
                mark,
                now,
                data);
    }

    private void describe(FoundStudy study, ReceiverSettings receiver, Map<String, Object> data) {
        for (Attribute attribute : receiver.attributes()) {
            data.put(attribute.keyword(), attribute == Attribute.PATIENT_ID ? study.patient() : study.accession());
        }
        data.put("modalities", study.modalities());
        data.put("instances", spool.part(study.study(), 0).instances());
        data.put("firstReceived", study.firstReceivedAt().toString());
        data.put("lastReceived", study.lastReceivedAt().toString());
        List<Map<String, Object>> destinations = new ArrayList<>();
        for (StudyAt at : study.destinations()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", at.destination());
            one.put("delivered", at.delivered());
            one.put("pending", at.pending());
            one.put("parked", at.parked());
            one.put("held", at.held());
            one.put("superseded", at.superseded());
            one.put("discarded", at.discarded());
            one.put("verified", at.verified());
            destinations.add(one);
        }
        data.put("destinations", destinations);
    }

    private static Search of(String study) {
        return new Search(study, "", "", "", "", "", "", "", "", Optional.empty(), Optional.empty(), Optional.empty());
    }
}
