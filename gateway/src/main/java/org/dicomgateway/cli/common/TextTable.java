package org.dicomgateway.cli.common;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table with a heading. Columns of numbers are aligned to the right; {@code -} stands for a missing number. */
public final class TextTable {

    private final List<String[]> rows = new ArrayList<>();

    public TextTable(String... heading) {
        rows.add(heading.clone());
    }

    /** Adds a row with as many cells as the heading. */
    public void row(String... cells) {
        rows.add(cells.clone());
    }

    /** The lines, without line ends. */
    public List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        rows.forEach(row -> Arrays.setAll(widths, column -> Math.max(widths[column], row[column].length())));
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.length; column++) {
            String space = " ".repeat(widths[column] - row[column].length());
            line.append(isNumeric(column) ? space + row[column] : row[column] + space)
                    .append("  ");
        }
        return line.toString().stripTrailing();
    }

    private boolean isNumeric(int column) {
        return rows.size() > 1
                && rows.stream()
                        .skip(1)
                        .allMatch(row -> row[column].equals("-")
                                || (row[column].chars().allMatch(Character::isDigit) && !row[column].isEmpty()));
    }
}
