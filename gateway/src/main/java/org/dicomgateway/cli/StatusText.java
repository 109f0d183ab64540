package org.dicomgateway.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.DestinationView;
import org.dicomgateway.admin.HealthView;
import org.dicomgateway.admin.RulesView;
import org.dicomgateway.admin.StatusView;
import org.dicomgateway.dicom.Text;
import org.dicomgateway.spool.SpoolView.Books;

/** A status as text: what is wrong first, then a row for each destination. */
final class StatusText {

    private static final int MAX_REASON = 120;
    private static final Books NONE = new Books(0, 0, 0, 0, 0, 0);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    private final StatusView status;
    private final List<DestinationView> destinations;
    private final List<String> lines = new ArrayList<>();

    StatusText(StatusView status, List<DestinationView> destinations) {
        this.status = status;
        this.destinations = destinations;
    }

    /** Without line ends. */
    List<String> lines() {
        lines.add("DICOM Gateway " + status.process().version() + ", running since "
                + time(status.process().started()));
        status.process()
                .closedBecause()
                .ifPresentOrElse(
                        why -> lines.add("receiving: NO, " + why),
                        () -> lines.add("receiving: at "
                                + String.join(", ", status.process().listening())));
        rules(status.rules());
        if (status.unrouted() > 0) {
            lines.add("held: " + status.unrouted() + " instances, no route applies to them");
        }
        if (status.unassigned() > 0) {
            lines.add("waiting: " + status.unassigned() + " deliveries, none of their destinations can be used");
        }
        lines.add("");
        table();
        return lines;
    }

    private void rules(RulesView rules) {
        lines.add("rules: version " + rules.version() + ", in force since " + time(rules.since()) + ", of "
                + rules.source());
        rules.broken().ifPresent(broken -> {
            lines.add("rules: BROKEN since " + time(broken.since()) + ", problems: "
                    + broken.problems().size() + "; version " + rules.version() + " stays in force");
            broken.problems().forEach(problem -> lines.add("  " + problem));
        });
        if (!rules.needRestart().isEmpty()) {
            lines.add("gateway.conf: changed, needs a restart: " + String.join(", ", rules.needRestart()));
        }
    }

    private void table() {
        TextTable table = new TextTable(
                "destination", "state", "since", "in flight", "pending", "held", "parked", "delivered", "why");
        destinations.forEach(destination -> table.row(row(destination)));
        lines.addAll(table.lines());
    }

    private static String[] row(DestinationView destination) {
        Optional<HealthView> health = destination.health();
        Books books = destination.books().orElse(NONE);
        return new String[] {
            destination.name(),
            health.map(HealthView::state).orElse("not in the rules"),
            health.map(view -> time(view.since())).orElse(""),
            health.map(view -> Integer.toString(view.inFlight())).orElse("0"),
            Long.toString(books.pending()),
            Long.toString(books.held()),
            Long.toString(books.parked()),
            Long.toString(books.delivered()),
            health.map(view -> Text.printable(view.why(), MAX_REASON)).orElse("")
        };
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
