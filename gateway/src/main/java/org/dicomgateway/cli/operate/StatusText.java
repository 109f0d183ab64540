package org.dicomgateway.cli.operate;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.DestinationView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.RejectedView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.cli.common.Counted;
import org.dicomgateway.cli.common.NameConverter;
import org.dicomgateway.cli.common.ProgramName;
import org.dicomgateway.cli.common.Progress;
import org.dicomgateway.cli.common.TextTable;
import org.dicomgateway.cli.common.Times;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.security.CertificateStatus;
import org.dicomgateway.spool.SpoolView.Books;

/** A status as text: first what is wrong, then one row for each destination, then one row for each recent sender. */
final class StatusText {

    private static final int DIGITS = 8;
    private static final int MAX_REASON = 120;

    /** The most recent senders, and rejected senders; the JSON has all of them. */
    private static final int MAX_SENDERS = 10;

    /** The column that says why, in the table of destinations without a cluster. */
    private static final int WHY = 8;

    private final StatusView status;
    private final List<DestinationView> destinations;
    private final Instant now;
    private final List<String> wrong = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    StatusText(StatusView status, List<DestinationView> destinations, Instant now) {
        this.status = status;
        this.destinations = destinations;
        this.now = now;
    }

    /** Whether no line says that something is wrong; known after {@link #lines}. */
    boolean isWell() {
        return wrong.isEmpty();
    }

    /** The lines, without line ends. */
    List<String> lines() {
        threads(status.process());
        receiver(status.receiver());
        rates(status.rates());
        disk(status.disk());
        status.cluster().ifPresent(this::cluster);
        rules(status.rules());
        status.certificates().forEach(this::certificate);
        destinations.forEach(this::trouble);
        destinations.forEach(this::copies);
        status.receivers().forEach(this::receiverOfEvents);
        stuck();
        lines.add("");
        table();
        lines.add("");
        senders(status.senders());
        rejected(status.rejected());
        lines.addAll(0, wrong);
        lines.add(0, "DICOM Gateway " + status.version() + ", running since " + Times.of(status.startedAt()));
        return lines;
    }

    private void threads(ProcessView process) {
        process.threads().stream()
                .filter(thread -> !thread.alive())
                .forEach(thread -> wrong.add(
                        "thread: " + thread.name() + " HAS ENDED, but must run; restart the gateway, nothing is lost"));
    }

    private void receiver(ReceiverView receiver) {
        if (receiver.state().equals("open")) {
            lines.add("receiving: at " + String.join(", ", status.process().listening()) + ", associations open: "
                    + receiver.associations());
            return;
        }
        String why = receiver.because().isEmpty() ? "no reason given" : receiver.because();
        wrong.add("receiving: NO, " + receiver.state() + ": " + Text.printable(why, MAX_REASON)
                + (List.of("paused", ReceiverView.DRAINING).contains(receiver.state())
                        ? "; to receive again: " + ProgramName.get() + " resume receiver"
                        : ""));
    }

    private void rates(StatusView.Rates rates) {
        lines.add(String.format(
                Locale.ROOT,
                "rates: %.1f/s received, %s/s; %.1f/s delivered",
                rates.receivedPerSecond(),
                Progress.size((long) rates.receivedBytesPerSecond()),
                rates.deliveredPerSecond()));
    }

    private void disk(StatusView.Disk disk) {
        String space =
                Progress.size(disk.free()) + " free" + (disk.total() > 0 ? " of " + Progress.size(disk.total()) : "");
        String least = Progress.size(disk.minFree());
        if (disk.free() < 2 * disk.minFree()) {
            wrong.add("disk: LOW, " + space + "; with less than " + least + ", nothing is taken in");
        } else {
            lines.add("disk: " + space + ", " + least + " must stay free");
        }
    }

    private void cluster(StatusView.Cluster cluster) {
        if (!cluster.trouble().isEmpty()) {
            wrong.add("cluster: NOTHING CAN BE KEPT: " + Text.printable(cluster.trouble(), MAX_REASON));
        }
        cluster.lost()
                .forEach(member -> wrong.add("cluster: gateway " + member.node() + " is DEAD since "
                        + Times.of(member.since()) + "; "
                        + (member.unfinished() > 0
                                ? Counted.instances(member.unfinished()) + " are still to be taken over from it"
                                : "its work was taken over")
                        + alone(member)
                                .map(alone -> "; " + alone + " are on its disk alone")
                                .orElse("")));
        lines.add("cluster: " + cluster.node() + ", at work: " + String.join(", ", cluster.working())
                + (cluster.standby() ? "" : "; no standby confirms what is received"));
        cluster.members().stream()
                .filter(member -> member.state().equals("working"))
                .forEach(member -> alone(member)
                        .ifPresent(alone -> lines.add("cluster: gateway " + member.node() + " still brings " + alone
                                + " of the time before it joined into the cluster; they are on its disk alone")));
        differentRules(cluster).ifPresent(different -> wrong.add("cluster: " + different));
        differentTransforms(cluster).ifPresent(different -> wrong.add("cluster: " + different));
        cluster.parkedElsewhere()
                .forEach(parked -> wrong.add("parked: " + Counted.deliveries(parked.parked(), "waits", "wait")
                        + " for your decision at gateway " + parked.gateway() + ": " + ProgramName.get() + " parked"));
        lines.add(cluster.countedAt()
                .map(at -> "cluster: what all gateways have was counted " + Times.age(Duration.between(at, now))
                        + " ago" + (cluster.answers() ? "" : "; the database does not answer"))
                .orElse("cluster: what all gateways have was not counted yet"));
    }

    private static Optional<String> alone(StatusView.Member member) {
        return member.alone().filter(alone -> alone > 0).map(Counted::instances);
    }

    /** That gateways of a cluster work by different rules, and which; empty when they do not. */
    static Optional<String> differentRules(StatusView.Cluster cluster) {
        Map<String, Set<String>> gateways = cluster.byRules();
        return gateways.size() < 2
                ? Optional.empty()
                : Optional.of("the gateways work by DIFFERENT rules: " + each(gateways) + "; make them the same: "
                        + ProgramName.get() + " rules publish FILE");
    }

    /** With the same rules, their tables or keys differ, or their versions: then that is the thing to mend. */
    private static Optional<String> differentTransforms(StatusView.Cluster cluster) {
        Map<String, Set<String>> gateways = cluster.byTransforms();
        return gateways.size() < 2 || cluster.byRules().size() > 1
                ? Optional.empty()
                : Optional.of("the gateways have DIFFERENT tables or keys of transforms, or are of different versions: "
                        + each(gateways) + "; what one of them began to send is parked at the others");
    }

    private static String each(Map<String, Set<String>> gateways) {
        return gateways.entrySet().stream()
                .map(each -> String.join(", ", each.getValue()) + " by " + Text.printable(each.getKey(), DIGITS))
                .collect(joining("; "));
    }

    /** Adds a destination that should be used but cannot be. */
    private void trouble(DestinationView destination) {
        boolean usable = destination.health().map(HealthView::usable).orElse(true);
        boolean planned = destination.state().equals(DestinationState.CLOSED_BY_SCHEDULE.toString());
        if (!usable && !planned) {
            wrong.add(destination.name() + ": " + destination.state().toUpperCase(Locale.ROOT)
                    + destination
                            .since()
                            .map(since -> " since " + Times.of(since))
                            .orElse("") + ", "
                    + Counted.deliveries(destination.waiting().instances(), "waits", "wait")
                    + (destination.why().isEmpty() ? "" : ": " + Text.printable(destination.why(), MAX_REASON)));
            todo(destination).ifPresent(todo -> wrong.add("  " + todo));
        }
    }

    /** Adds what a destination does not hold as it was delivered. */
    private void copies(DestinationView destination) {
        DestinationView.Copies copies = destination.copies();
        if (copies.missing() + copies.differing() > 0) {
            wrong.add(destination.name() + ": " + Counted.of(copies.missing(), "copy", "copies") + " missing, "
                    + copies.differing() + " differing; to see them: " + ProgramName.get() + " verify --destination "
                    + destination.name());
        }
    }

    /** What an operator can do. */
    private Optional<String> todo(DestinationView destination) {
        String name = destination.name();
        return switch (destination.state()) {
            case "down" ->
                Optional.of(nextAttempt(destination) + "; to try it now: " + ProgramName.get() + " retry --now " + name
                        + "; to send what waits elsewhere: " + ProgramName.get() + " reroute " + name + " OTHER");
            case "paused" -> Optional.of("to send to it again: " + ProgramName.get() + " resume " + name);
            default -> Optional.empty();
        };
    }

    private String nextAttempt(DestinationView destination) {
        return destination
                .health()
                .flatMap(HealthView::nextAttempt)
                .filter(next -> next.isAfter(now))
                .map(next -> "next attempt in " + Times.age(Duration.between(now, next)))
                .orElse("it is being tried now");
    }

    private void receiverOfEvents(StatusView.Receiver receiver) {
        if (!receiver.needsAttention()) {
            return;
        }
        String what = !receiver.configured()
                ? "the rules do not name it any more: " + ProgramName.get() + " events discard " + receiver.name()
                : receiver.gone()
                        ? Text.printable(receiver.problem(), MAX_REASON) + "; to try it again: " + ProgramName.get()
                                + " events retry " + receiver.name()
                        : Text.printable(receiver.problem(), MAX_REASON)
                                + receiver.nextAttempt()
                                        .filter(next -> next.isAfter(now))
                                        .map(next -> "; next attempt in " + Times.age(Duration.between(now, next)))
                                        .orElse("");
        wrong.add("events for " + receiver.name() + ": " + receiver.waiting() + " wait"
                + (receiver.full() ? ", and no more are made before some of them are taken" : "")
                + (what.isEmpty() ? "" : "; " + what));
    }

    private void stuck() {
        StatusView.Damage damage = status.damage();
        if (!damage.ledger().isEmpty()) {
            wrong.add("ledger: DAMAGED, restart the gateway: " + Text.printable(damage.ledger(), MAX_REASON));
        }
        if (damage.unreadSegments() > 0) {
            wrong.add("log: " + Counted.of(damage.unreadSegments(), "segment", "segments")
                    + " cannot be read in part; kept, see the gateway's log for the reason");
        }
        if (damage.setAside() > 0) {
            wrong.add("set aside: " + Counted.of(damage.setAside(), "file", "files") + " without a known instance: "
                    + ProgramName.get() + " set-aside");
        }
        StatusView.Totals totals = status.totals();
        if (totals.parked() > 0) {
            wrong.add("parked: " + Counted.deliveries(totals.parked(), "waits", "wait") + " for your decision: "
                    + ProgramName.get() + " parked");
        }
        if (totals.held() > 0) {
            wrong.add("held: " + Counted.deliveries(totals.held(), "waits", "wait")
                    + " for a destination that the rules no longer name: " + ProgramName.get() + " parked --held");
        }
        if (status.unrouted() > 0) {
            wrong.add("held: " + Counted.instances(status.unrouted()) + ", no route applies");
        }
        if (status.unassigned() > 0) {
            wrong.add("waiting: " + Counted.of(status.unassigned(), "delivery", "deliveries")
                    + ", none of their destinations can be used");
            wrong.add("  to send them elsewhere: " + ProgramName.get() + " reroute '" + NameConverter.ANY + "' OTHER");
        }
    }

    private void rules(RulesView rules) {
        lines.add("rules: version " + rules.version() + ", in force since " + Times.of(rules.since()) + ", of "
                + rules.source());
        rules.broken().ifPresent(broken -> {
            wrong.add("rules: BROKEN since " + Times.of(broken.since()) + ", problems: "
                    + broken.problems().size() + "; version " + rules.version() + " stays in force");
            broken.problems().forEach(problem -> wrong.add("  " + problem));
        });
        if (!rules.needRestart().isEmpty()) {
            wrong.add("gateway.conf: changed, needs a restart: " + String.join(", ", rules.needRestart()));
        }
    }

    private void certificate(CertificateView certificate) {
        CertificateStatus known =
                new CertificateStatus(Path.of(certificate.file()), certificate.subject(), certificate.notAfter());
        String which = certificate.file() + " (" + Text.printable(certificate.subject(), MAX_REASON) + ")";
        String until = Times.of(certificate.notAfter());
        if (!known.expiresSoon(now)) {
            lines.add("certificate: " + which + ", valid until " + until);
        } else if (certificate.notAfter().isAfter(now)) {
            wrong.add("certificate: EXPIRES in " + Times.age(Duration.between(now, certificate.notAfter())) + ", "
                    + until + ": " + which + "; replace the files of certificate and key, no restart is needed");
        } else {
            wrong.add("certificate: EXPIRED since " + until + ": " + which
                    + "; replace the files of certificate and key, no restart is needed");
        }
    }

    private void table() {
        List<String> heading = new ArrayList<>(
                List.of("destination", "state", "since", "in flight", "pending", "held", "parked", "delivered", "why"));
        status.cluster().ifPresent(cluster -> heading.addAll(WHY, List.of("all pending", "all held", "all parked")));
        TextTable table = new TextTable(heading.toArray(String[]::new));
        destinations.forEach(destination -> table.row(row(destination)));
        status.cluster()
                .ifPresent(cluster -> elsewhere(cluster).forEach(name -> table.row(row(name, cluster.at(name)))));
        lines.addAll(table.lines());
    }

    /** Destinations that only other gateways have anything for. */
    private Set<String> elsewhere(StatusView.Cluster cluster) {
        TreeSet<String> names = new TreeSet<>();
        cluster.waiting().forEach(each -> names.add(each.destination()));
        destinations.forEach(each -> names.remove(each.name()));
        return names;
    }

    private static String[] row(String name, StatusView.Waiting all) {
        return new String[] {
            name.isEmpty() ? NameConverter.ANY : name,
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            Long.toString(all.pending()),
            Long.toString(all.held()),
            Long.toString(all.parked()),
            ""
        };
    }

    private void senders(List<StatusView.Sender> senders) {
        if (senders.isEmpty()) {
            lines.add("no sender in the last hour");
            return;
        }
        TextTable table = new TextTable("sender", "last seen", "in the last hour", "size", "per s");
        senders.stream()
                .limit(MAX_SENDERS)
                .forEach(sender -> table.row(
                        Text.printable(sender.callingAe(), MAX_REASON),
                        Times.age(Duration.between(sender.lastReceived(), now)) + " ago",
                        Long.toString(sender.receivedLastHour()),
                        Progress.size(sender.receivedBytesLastHour()),
                        String.format(Locale.ROOT, "%.1f", sender.receivedPerSecond())));
        lines.addAll(table.lines());
        more(senders.size());
    }

    private void rejected(List<RejectedView> rejected) {
        if (rejected.isEmpty()) {
            return;
        }
        lines.add("");
        TextTable table = new TextTable("rejected sender", "at", "times", "last", "code", "why", "what to do");
        rejected.stream()
                .limit(MAX_SENDERS)
                .forEach(one -> table.row(
                        one.callingAe().isEmpty() ? "?" : Text.token(one.callingAe(), MAX_REASON),
                        one.remoteHost(),
                        Long.toString(one.count()),
                        Times.age(Duration.between(one.lastAt(), now)) + " ago",
                        one.code(),
                        Text.printable(one.reason(), MAX_REASON),
                        one.advice()));
        lines.addAll(table.lines());
        more(rejected.size());
    }

    private void more(int all) {
        if (all > MAX_SENDERS) {
            lines.add("… and " + (all - MAX_SENDERS) + " more (--json shows them)");
        }
    }

    private String[] row(DestinationView destination) {
        List<String> row = new ArrayList<>(List.of(
                destination.name(),
                destination.state(),
                destination.since().map(Times::of).orElse(""),
                Integer.toString(destination.inFlight()),
                Long.toString(destination.waiting().instances()),
                Long.toString(destination.held()),
                Long.toString(destination.parked()),
                Long.toString(destination.books().map(Books::delivered).orElse(0L)),
                Text.printable(destination.why(), MAX_REASON)));
        status.cluster()
                .map(cluster -> cluster.at(destination.name()))
                .ifPresent(all -> row.addAll(
                        WHY,
                        List.of(Long.toString(all.pending()), Long.toString(all.held()), Long.toString(all.parked()))));
        return row.toArray(String[]::new);
    }
}
