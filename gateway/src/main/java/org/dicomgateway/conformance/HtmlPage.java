package org.dicomgateway.conformance;

import java.util.List;
import java.util.stream.Collectors;
import org.dicomgateway.conformance.Statement.Paragraph;
import org.dicomgateway.conformance.Statement.Section;
import org.dicomgateway.conformance.Statement.Table;

/** A statement as a page that needs no other file. */
public final class HtmlPage {

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>%1$s</title>
            <style>
            body { font-family: sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5 }
            table { border-collapse: collapse; margin: 1rem 0 }
            th, td { border: 1px solid #777; padding: .2rem .6rem; text-align: left; vertical-align: top }
            </style>
            </head>
            <body>
            <h1>%1$s</h1>
            """;

    private HtmlPage() {}

    /** The page. */
    public static String of(Statement statement) {
        StringBuilder page = new StringBuilder(HEAD.formatted(escaped(statement.title())));
        for (Section section : statement.sections()) {
            page.append(element("h" + (section.level() + 1), section.heading())).append('\n');
            for (Statement.Block block : section.blocks()) {
                if (block instanceof Paragraph paragraph) {
                    page.append(element("p", paragraph.text())).append('\n');
                } else if (block instanceof Table table) {
                    page.append("<table>\n<thead>").append(row("th", table.columns()));
                    page.append("</thead>\n<tbody>\n");
                    table.rows().forEach(each -> page.append(row("td", each)).append('\n'));
                    page.append("</tbody>\n</table>\n");
                }
            }
        }
        return page.append("</body>\n</html>\n").toString();
    }

    private static String row(String cell, List<String> cells) {
        return cells.stream().map(text -> element(cell, text)).collect(Collectors.joining("", "<tr>", "</tr>"));
    }

    private static String element(String name, String text) {
        return "<" + name + ">" + escaped(text) + "</" + name + ">";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
