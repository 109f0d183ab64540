package org.dicomgateway.config.reader;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.reader.RoutingReader.RouteDraft;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.GatewaySettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.dicom.values.AeTitle;

/** Finds probable mistakes in rules without problems. */
public final class RoutingWarnings {

    private static final Condition EVERY_INSTANCE = new Condition.AllOf(List.of());

    private final SortedSet<Warning> found = new TreeSet<>();
    private final RoutingSettings settings;
    private final CommitmentSettings commitment;
    private final List<ListenerSettings> listeners;

    private RoutingWarnings(RoutingSettings settings, GatewaySettings gateway) {
        this.settings = settings;
        this.commitment = gateway.commitment();
        this.listeners = gateway.listeners();
    }

    /**
     * The warnings, sorted by file and line. The draft must have no problems.
     *
     * @param gateway whom it lets in, and what senders are promised
     */
    public static List<Warning> of(RoutingReader.Draft draft, GatewaySettings gateway) {
        RoutingWarnings warnings = new RoutingWarnings(draft.settings().get(), gateway);
        draft.destinations().forEach(warnings::destination);
        draft.routes().forEach(warnings::route);
        warnings.transforms(draft);
        draft.receivers().values().forEach(warnings::receiver);
        return List.copyOf(warnings.found);
    }

    private void transforms(RoutingReader.Draft draft) {
        Set<String> used = new HashSet<>();
        draft.destinations().forEach(destination -> used.addAll(destination.transforms()));
        draft.transforms().forEach((name, transform) -> {
            if (!used.contains(name)) {
                add(
                        transform.sourceLocation(),
                        "no destination names the transform " + name + ", so it changes nothing",
                        "name it in a destination, or remove it");
            }
        });
    }

    private void destination(DestinationReader.Draft draft) {
        String name = draft.settings().get().name();
        Set<String> used = new HashSet<>();
        settings.routes().forEach(route -> used.addAll(route.to()));
        if (!used.contains(name)) {
            add(
                    draft.sourceLocation(),
                    "no route names " + name + ", so it gets nothing",
                    "name it in a route, or remove it");
        }
        draft.plainPasswords().forEach(this::password);
        reports(draft);
    }

    private void password(Setting<Optional<String>> password) {
        if (password.get().isPresent() && password.sourceLocation().source() == SourceLocation.Source.FILE) {
            add(
                    password.sourceLocation(),
                    "the file contains a password in plain text",
                    "use password-file, or password = ${?NAME_OF_A_VARIABLE}");
        }
    }

    private void receiver(EventsReader.Draft draft) {
        password(draft.password());
        ReceiverSettings receiver = draft.settings().get();
        if (receiver.wantsStudies()
                && receiver.completeWhen() == ReceiverSettings.CompleteWhen.VERIFIED
                && settings.destinations().values().stream()
                        .noneMatch(each -> each.verify().isOn())) {
            add(
                    draft.completeWhen().sourceLocation(),
                    "no destination has verify.level, so a study counts as verified when it is delivered",
                    "set verify.level of the destinations, or complete-when = delivered");
        }
    }

    /** Warns when a server that is asked for storage commitment could not report. */
    private void reports(DestinationReader.Draft draft) {
        DestinationSettings destination = draft.settings().get();
        // Over DICOMweb the gateway fetches the report.
        if (!destination.commitment().request() || destination.isWeb()) {
            return;
        }
        AeTitle server = destination.peer().orElseThrow().aeTitle();
        AeTitle called = destination.callingAe().orElseThrow();
        List<ListenerSettings> theirs = listeners.stream()
                .filter(listener ->
                        listener.web().isEmpty() && listener.aeTitles().contains(called))
                .toList();
        if (theirs.isEmpty()) {
            add(
                    draft.commitmentRequest(),
                    "no listener has the AE title " + called + ", which " + destination.name()
                            + " calls to report on storage commitment: only reports on the association of the request"
                            + " arrive",
                    "add " + called
                            + " to ae-titles of a listener in gateway.conf, or set calling-ae to a title of one");
        } else if (theirs.stream().noneMatch(listener -> letsIn(listener, server, called))) {
            add(
                    draft.commitmentRequest(),
                    "listener " + theirs.get(0).name() + " does not let " + server + " in, as which "
                            + destination.name()
                            + " reports on storage commitment: only reports on the association of the request arrive",
                    "add a rule with calling-ae = " + server + " to access of this listener in gateway.conf");
        }
    }

    /** As far as the titles say it. */
    private static boolean letsIn(ListenerSettings listener, AeTitle calling, AeTitle called) {
        return listener.access().stream()
                .anyMatch(rule -> rule.callingAe().stream().allMatch(title -> title.matches(calling.value()))
                        && rule.calledAe().stream().allMatch(title -> title.matches(called.value())));
    }

    private void route(RouteDraft draft) {
        RouteSettings route = draft.settings().get();
        Contradiction.in(route.match())
                .ifPresent(why -> add(
                        draft.match(),
                        "route " + route.name() + " can never match: " + why,
                        "correct the conditions, or remove the route"));
        ImpossibleValue.in(route.match())
                .forEach(value -> add(draft.match(), "route " + route.name() + ": " + value.what(), value.remedy()));
        if (route.fallback()) {
            settings.routes().stream()
                    .filter(other -> !other.fallback() && other.match().equals(EVERY_INSTANCE))
                    .findFirst()
                    .ifPresent(other -> add(
                            draft.sourceLocation(),
                            "the fallback " + route.name() + " never applies: route " + other.name()
                                    + " matches every instance",
                            "give " + other.name() + " conditions, or make it a fallback, too"));
        }
        room(route).ifPresent(what -> add(draft.strategy(), what, "name one more destination"));
        hours(route, draft);
        commitment(route, draft);
    }

    /** Warns when no report to a sender could ever say that all is committed. */
    private void commitment(RouteSettings route, RouteDraft draft) {
        AnswerWhen when = commitment.answerWhen();
        if (commitment.senders().isEmpty() || when == AnswerWhen.DELIVERED) {
            return;
        }
        List<String> required = route.commitOn().destinations().isEmpty()
                ? route.to()
                : route.commitOn().destinations();
        List<String> silent = required.stream()
                .map(settings.destinations()::get)
                .filter(Objects::nonNull)
                .filter(each -> when == AnswerWhen.VERIFIED
                        ? !each.verify().isOn()
                        : !each.commitment().request())
                .map(DestinationSettings::name)
                .toList();
        int copies = route.strategy() instanceof Strategy.Replicate replicate ? replicate.copies() : required.size();
        if (Math.max(0, copies - silent.size()) < route.commitOn().copies().orElse(copies)) {
            String names = String.join(" and ", silent);
            add(
                    draft.sourceLocation(),
                    "with answer-when = " + Strategy.word(when) + ", route " + route.name()
                            + " keeps requests of senders"
                            + " waiting until they fail: " + names
                            + (when == AnswerWhen.VERIFIED ? " is not verified" : " is not asked for commitment"),
                    (when == AnswerWhen.VERIFIED ? "set verify.level" : "set commitment.request = true") + " for "
                            + names + ", or leave it out of commit-on");
        }
    }

    /** Warns when a strategy has no other destination to use while a server is down. */
    private static Optional<String> room(RouteSettings route) {
        int servers = route.to().size();
        return route.strategy()
                .match(
                        broadcast -> Optional.empty(),
                        failover -> alone(route),
                        balance -> alone(route),
                        replicate -> replicate.copies() < servers
                                ? Optional.empty()
                                : Optional.of("route " + route.name() + " makes " + servers + " copies on " + servers
                                        + " destinations: while one is down, its copies have nowhere else to go"));
    }

    private static Optional<String> alone(RouteSettings route) {
        return route.to().size() > 1
                ? Optional.empty()
                : Optional.of("route " + route.name() + " has the strategy "
                        + route.strategy().word() + " and one destination: there is nothing to choose");
    }

    private void hours(RouteSettings route, RouteDraft draft) {
        Map<String, DestinationSettings> destinations = settings.destinations();
        for (String name : route.to()) {
            DestinationSettings destination = destinations.get(name);
            if (destination != null && !route.schedule().meets(destination.schedule())) {
                add(
                        draft.sourceLocation(),
                        "the schedules of route " + route.name() + " and of its destination " + name
                                + " never overlap: nothing would be sent there",
                        "let the windows of the two schedules overlap");
            }
        }
    }

    private void add(SourceLocation sourceLocation, String what, String remedy) {
        found.add(new Warning(sourceLocation.file(), sourceLocation.line(), sourceLocation.key(), what, remedy));
    }
}
