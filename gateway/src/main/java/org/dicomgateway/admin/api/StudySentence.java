package org.dicomgateway.admin.api;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.Text;

/**
 * What to tell somebody who asks for a study: when it came and from which sender, that it is safe, and for each server
 * whether it has it, and if not, why. Names no patient.
 */
public final class StudySentence {

    private static final int MAX_NAME = 64;
    private static final int MAX_REASON = 160;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM", Locale.ENGLISH);

    /** How {@code RetryPolicy} begins the reason; whoever asks wants only the rest. */
    private static final Pattern GIVEN_UP = Pattern.compile("^given up after [0-9]+ attempts?: ");

    private static final Pattern INSTANT =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?Z");
    private static final Pattern END = Pattern.compile("[. ]+$");

    private final StudyView study;
    private final ZoneId zone;
    private final Instant now;

    private StudySentence(StudyView study, ZoneId zone, Instant now) {
        this.study = study;
        this.zone = zone;
        this.now = now;
    }

    /**
     * The sentence about a study.
     *
     * @param name what the study is called in it: its accession number; empty: "The study"
     * @param zone for the times in it; the day is named unless it is today
     */
    public static String of(String name, StudyView study, ZoneId zone, Instant now) {
        StudySentence sentence = new StudySentence(study, zone, now);
        String who = name.isBlank() ? "The study" : Text.printable(name.strip(), MAX_NAME);
        return who + " came " + sentence.when() + sentence.from() + ", " + images(study.instances()) + ". "
                + sentence.where();
    }

    private String when() {
        String first = TIME.format(study.firstReceivedAt().atZone(zone));
        String last = TIME.format(study.lastReceivedAt().atZone(zone));
        String firstDay = day(study.firstReceivedAt());
        String lastDay = day(study.lastReceivedAt());
        if (firstDay.equals(lastDay)) {
            return (firstDay.isEmpty() ? "" : "on " + firstDay + " ")
                    + (first.equals(last) ? "at " + first : "between " + first + " and " + last);
        }
        return "between " + firstDay + " " + first + " and " + (lastDay.isEmpty() ? "today " : lastDay + " ") + last;
    }

    /** Empty when it is today. */
    private String day(Instant instant) {
        return instant.atZone(zone).toLocalDate().equals(now.atZone(zone).toLocalDate())
                ? ""
                : DAY.format(instant.atZone(zone));
    }

    private String from() {
        return study.callingAes().isEmpty()
                ? ""
                : " from " + Text.printable(String.join(" and ", study.callingAes()), MAX_NAME);
    }

    private String where() {
        List<String> parts = new ArrayList<>();
        boolean waits = study.unrouted() > 0
                || study.destinations().stream().anyMatch(at -> at.pending() + at.parked() + at.held() > 0);
        if (waits) {
            parts.add("It is safe in the gateway");
        }
        study.destinations().stream()
                .filter(StudySentence::isComplete)
                .forEach(at -> parts.add(at.destination() + " has it"));
        study.destinations().stream().filter(at -> !isComplete(at)).forEach(at -> parts.addAll(missing(at)));
        if (study.unrouted() > 0) {
            parts.add("no route of the rules applies to "
                    + (study.unrouted() == study.instances() ? "it" : images(study.unrouted())));
        }
        return parts.isEmpty() ? "" : String.join("; ", parts) + ".";
    }

    private static boolean isComplete(StudyView.At at) {
        return at.delivered() > 0
                && at.pending()
                                + at.parked()
                                + at.held()
                                + at.discarded()
                                + at.missing()
                                + at.differing()
                                + at.uncommitted()
                        == 0;
    }

    /** What one server does not have, and why. */
    private List<String> missing(StudyView.At at) {
        long all = at.delivered() + at.pending() + at.parked() + at.held() + at.discarded();
        String because = because(at.why());
        List<String> parts = new ArrayList<>();
        if (at.parked() > 0) {
            parts.add(at.destination() + " did not take " + share(at.parked(), all) + because);
        }
        if (at.pending() > 0 && at.destination().isEmpty()) {
            parts.add("no server can take " + share(at.pending(), all) + " now");
        } else if (at.pending() > 0) {
            parts.add(at.destination() + " does not have " + share(at.pending(), all) + " yet"
                    + (at.parked() > 0 ? "" : because));
        }
        if (at.held() > 0) {
            parts.add(at.destination() + " is no longer in the rules, so " + share(at.held(), all) + " waits for you");
        }
        if (at.missing() > 0) {
            parts.add(at.destination() + " got " + share(at.missing(), all) + " and does not have it any more");
        }
        if (at.differing() > 0) {
            parts.add(at.destination() + " holds something else instead of " + share(at.differing(), all));
        }
        if (at.uncommitted() > 0) {
            parts.add(at.destination() + " got " + share(at.uncommitted(), all) + " and does not commit to keep it");
        }
        if (at.discarded() > 0) {
            parts.add("an operator decided that " + at.destination() + " does not get " + share(at.discarded(), all));
        }
        if (all == 0 && at.superseded() > 0) {
            parts.add(at.destination() + " has a newer version of it");
        }
        return parts;
    }

    /** A clause follows "because"; anything else is quoted after a colon. */
    private String because(String why) {
        String reason = Text.printable(GIVEN_UP.matcher(why).replaceFirst(""), MAX_REASON);
        reason = END.matcher(INSTANT.matcher(reason).replaceAll(time -> clock(Instant.parse(time.group()))))
                .replaceFirst("");
        return reason.isEmpty() ? "" : (reason.startsWith("it ") ? ", because " : ": ") + reason;
    }

    private String clock(Instant instant) {
        return (day(instant) + " " + TIME.format(instant.atZone(zone))).strip();
    }

    private static String share(long some, long all) {
        return some == all ? "it" : some + " of " + images(all);
    }

    private static String images(long count) {
        return count == 1 ? "1 image" : count + " images";
    }
}
