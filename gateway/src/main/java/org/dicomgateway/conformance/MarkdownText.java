package org.dicomgateway.conformance;

import java.util.List;
import java.util.stream.Collectors;
import org.dicomgateway.conformance.Statement.Paragraph;
import org.dicomgateway.conformance.Statement.Section;
import org.dicomgateway.conformance.Statement.Table;

/** A statement as Markdown. */
public final class MarkdownText {

    private MarkdownText() {}

    /** The text, with a line feed at its end. */
    public static String of(Statement statement) {
        StringBuilder text = new StringBuilder("# " + escaped(statement.title()) + "\n");
        for (Section section : statement.sections()) {
            text.append('\n')
                    .append("#".repeat(section.level() + 1))
                    .append(' ')
                    .append(escaped(section.heading()));
            text.append('\n');
            for (Statement.Block block : section.blocks()) {
                text.append('\n');
                if (block instanceof Paragraph paragraph) {
                    text.append(escaped(paragraph.text())).append('\n');
                } else if (block instanceof Table table) {
                    text.append(row(table.columns()));
                    text.append(row(table.columns().stream().map(each -> "---").toList()));
                    table.rows().forEach(each -> text.append(row(each)));
                }
            }
        }
        return text.toString();
    }

    private static String row(List<String> cells) {
        return cells.stream().map(MarkdownText::escaped).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** What comes from a configuration must not become markup. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\`*_<>|\\[\\]]", "\\\\$0").replaceAll("\\s+", " ");
    }
}
