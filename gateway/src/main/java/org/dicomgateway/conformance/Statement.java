package org.dicomgateway.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * A document: sections with paragraphs and tables, in their order.
 *
 * @param title its title
 * @param sections at least one
 */
public record Statement(String title, List<Section> sections) {

    /** Copies the list. */
    public Statement {
        sections = List.copyOf(sections);
    }

    /**
     * A section.
     *
     * @param level 1 for a chapter, 2 for a part of one
     * @param heading its heading, with its number
     * @param blocks its paragraphs and tables
     */
    public record Section(int level, String heading, List<Block> blocks) {

        /** Copies the list. */
        public Section {
            blocks = List.copyOf(blocks);
        }
    }

    /** A paragraph or a table. */
    public sealed interface Block permits Paragraph, Table {}

    /** Plain text. */
    public record Paragraph(String text) implements Block {}

    /**
     * A table.
     *
     * @param columns the names of its columns
     * @param rows plain text, one for each column
     */
    public record Table(List<String> columns, List<List<String>> rows) implements Block {

        /** Copies the lists. */
        public Table {
            columns = List.copyOf(columns);
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    /** Numbers the sections while they are written. */
    static final class Draft {

        private final List<Section> sections = new ArrayList<>();
        private final List<Block> blocks = new ArrayList<>();
        private int chapter;
        private int part;
        private String heading = "";

        Draft chapter(String name) {
            end();
            chapter++;
            part = 0;
            heading = chapter + " " + name;
            return this;
        }

        Draft part(String name) {
            end();
            part++;
            heading = chapter + "." + part + " " + name;
            return this;
        }

        Draft text(String text) {
            blocks.add(new Paragraph(text));
            return this;
        }

        /** A table; nothing when it has no rows. */
        Draft table(List<String> columns, List<List<String>> rows) {
            if (!rows.isEmpty()) {
                blocks.add(new Table(columns, rows));
            }
            return this;
        }

        private void end() {
            if (chapter > 0) {
                sections.add(new Section(part == 0 ? 1 : 2, heading, blocks));
            }
            blocks.clear();
        }

        Statement end(String title) {
            end();
            return new Statement(title, sections);
        }
    }
}
