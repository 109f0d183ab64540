package org.dicomgateway.cli.check;

import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.cli.check.ExplainCommand.Explained;
import org.dicomgateway.receive.AccessPreview;
import org.dicomgateway.route.Explanation;
import org.dicomgateway.route.Explanation.Finding;
import org.dicomgateway.route.Explanation.Leg;
import org.dicomgateway.route.Explanation.Route;

/** An explanation as text for a terminal. */
final class ExplanationText {

    /** The characters that a terminal must be able to show for {@code symbols}. */
    static final String SYMBOLS = "✓✗→";

    private final String met;
    private final String unmet;
    private final String arrow;

    ExplanationText(boolean symbols) {
        this.met = symbols ? "✓" : "+";
        this.unmet = symbols ? "✗" : "-";
        this.arrow = symbols ? "→" : "->";
    }

    List<String> lines(Explained explained) {
        List<String> lines = new ArrayList<>();
        Explanation explanation = explained.explanation();
        lines.add(explained.file().toString());
        lines.add("  sent by " + explained.origin().calling() + " at "
                + explained.origin().remoteHost() + " to " + explained.origin().called());
        explained.access().forEach(access -> lines.add("  listener " + access.listener() + ": " + answer(access)));
        if (explained.access().isEmpty()) {
            lines.add("  whether a listener lets its sender in: add --calling-ae and --remote-host");
        }
        for (Route route : explanation.routes()) {
            lines.add("  route " + route.name() + (route.fallback() ? " (fallback): " : ": ") + outcome(route));
            if (route.findings().isEmpty()) {
                lines.add("    " + met + " every instance");
            }
            route.findings().forEach(finding -> add(lines, "    ", finding));
        }
        if (explanation.legs().isEmpty()) {
            lines.add("  " + arrow + " held: no route applies");
        }
        explanation.legs().forEach(leg -> lines.add("  " + arrow + " " + leg(leg, explanation)));
        return lines;
    }

    private static String answer(AccessPreview access) {
        return access.rejection()
                .map(rejection -> "would be rejected: " + rejection.code() + ", because " + rejection.text())
                .or(() -> access.refusal().map(why -> "would be refused, because " + why))
                .orElseGet(() -> "lets it in, access " + access.rule().orElse(""));
    }

    private static String outcome(Route route) {
        return switch (route.outcome()) {
            case APPLIES -> "applies, " + route.strategy();
            case DIFFERS -> "does not apply";
            case NOT_NEEDED -> "does not apply, because another one does";
        };
    }

    private void add(List<String> lines, String indent, Finding finding) {
        String mark = finding.holds() ? met : unmet;
        String actual = finding.actual().isEmpty() ? "" : "  (" + finding.actual() + ")";
        lines.add(indent + mark + " " + finding.condition() + actual);
        finding.parts().forEach(part -> add(lines, indent + "    ", part));
    }

    private static String leg(Leg leg, Explanation explanation) {
        boolean several = explanation.legs().stream()
                        .filter(other -> other.route().equals(leg.route()))
                        .count()
                > 1;
        String destinations = String.join(leg.decided() ? ", then " : " or ", leg.destinations());
        return destinations
                + " for route " + leg.route()
                + (several ? ", copy " + leg.copy() : "")
                + (leg.remark().isEmpty() ? "" : " (" + leg.remark() + ")");
    }
}
