package org.dicomgateway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables that are printed at the end, in Markdown. */
final class Results {

    private static final String HEAD = "| measured | gateway | against | baseline | ratio | at least |";

    private final Map<String, List<String>> ratios = new LinkedHashMap<>();
    private final Map<String, List<String>> plain = new LinkedHashMap<>();

    /** A figure and its baseline; ratio is the first through the second, run by run. */
    void ratio(String figure, String what, Samples ours, String against, Samples baseline, String aim) {
        row(
                ratios,
                figure,
                what,
                ours.text(),
                against,
                baseline.text(),
                ours.over(baseline).text(),
                aim);
    }

    /** A value that stands for itself. */
    void value(String figure, String what, String value, String aim) {
        row(plain, figure, what, value, aim);
    }

    private static void row(Map<String, List<String>> tables, String figure, String... cells) {
        tables.computeIfAbsent(figure, any -> new ArrayList<>()).add("| " + String.join(" | ", cells) + " |");
    }

    /** All tables, figure by figure. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        Map<String, List<String>> all = new LinkedHashMap<>(ratios);
        plain.forEach(all::putIfAbsent);
        for (String figure : all.keySet()) {
            text.append("\n### ").append(figure).append("\n\n");
            if (ratios.containsKey(figure)) {
                table(text, HEAD, ratios.get(figure));
            }
            if (plain.containsKey(figure)) {
                table(text, "| measured | value | aim |", plain.get(figure));
            }
        }
        return text.toString();
    }

    private static void table(StringBuilder text, String head, List<String> rows) {
        text.append(head).append('\n').append(head.replaceAll("[^|]+", " --- ")).append('\n');
        rows.forEach(row -> text.append(row).append('\n'));
        text.append('\n');
    }
}
