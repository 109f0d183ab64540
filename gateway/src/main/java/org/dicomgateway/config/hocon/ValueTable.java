package org.dicomgateway.config.hocon;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.security.FileTrouble;

/**
 * A file with a table: fields separated by commas, in UTF-8 (RFC 4180). Lines that begin with # and empty lines do not
 * count.
 */
public final class ValueTable {

    /** Spreadsheets write it before the first value, of which it is no part. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ValueTable() {}

    /** A table of old and new values in the named file. A relative path is relative to the file that names it. */
    public static Setting<Map<String, String>> of(Node node) {
        return of(node, false);
    }

    /** The same, for new values that must not be anybody's old value. */
    public static Setting<Map<String, String>> ofPseudonyms(Node node) {
        return of(node, true);
    }

    private static Setting<Map<String, String>> of(Node node, boolean pseudonyms) {
        return rows(node, 2, "write: old value, comma, new value").flatMap(rows -> table(node, rows, pseudonyms));
    }

    private static Setting<Map<String, String>> table(Node node, List<Row> rows, boolean pseudonyms) {
        Map<String, String> table = new LinkedHashMap<>();
        for (Row row : rows) {
            if (table.put(row.fields().get(0), row.fields().get(1)) != null) {
                return node.reject(row.place() + " has a value that an earlier line has, too", "keep one of them");
            }
        }
        for (Row row : rows) {
            if (pseudonyms && table.containsKey(row.fields().get(1))) {
                return node.reject(
                        row.place() + " gives a new value that is an old value of the table: it would say who that is",
                        "give each its own new value");
            }
        }
        return node.valid(table);
    }

    /**
     * A line of such a file.
     *
     * @param place file and line, for operators
     */
    public record Row(String place, List<String> fields) {}

    /**
     * The lines of the named file, with so many fields each; never none.
     *
     * @param form how a line is written
     */
    public static Setting<List<Row>> rows(Node node, int columns, String form) {
        return node.text()
                .map(text -> node.sourceLocation().file().resolveSibling(text))
                .flatMap(file -> rows(node, file, columns, form));
    }

    private static Setting<List<Row>> rows(Node node, Path file, int columns, String form) {
        List<Row> rows = new ArrayList<>();
        try {
            int line = 0;
            for (String each : Files.readAllLines(file)) {
                line++;
                String text = line == 1 && each.startsWith(BYTE_ORDER_MARK) ? each.substring(1) : each;
                if (text.isBlank() || text.startsWith("#")) {
                    continue;
                }
                Row row = new Row("line " + line + " of " + file, columns == 1 ? List.of(text.strip()) : fields(text));
                if (row.fields().size() != columns) {
                    return node.reject(row.place() + " has not " + columns + " fields", form);
                }
                rows.add(row);
            }
        } catch (CharacterCodingException e) {
            return node.reject("is not in UTF-8: " + file, "");
        } catch (IOException e) {
            return node.reject("cannot be read: " + file + " (" + FileTrouble.of(e) + ")", "");
        }
        return rows.isEmpty() ? node.reject("has no line with values: " + file, "") : node.valid(rows);
    }

    /** A field in quotes may contain commas, and doubled quotes. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                field.append(c);
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString().strip());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString().strip());
        return quoted ? List.of() : fields;
    }
}
