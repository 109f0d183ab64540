package org.dicomgateway.config.hocon;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dicomgateway.security.FileTrouble;

/**
 * A file with a table of two columns: old and new value, separated by a comma, in UTF-8 (RFC 4180). Lines that begin
 * with # and empty lines do not count.
 */
public final class ValueTable {

    /** Spreadsheets write it before the first value, of which it is no part. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private ValueTable() {}

    /** The table in the named file. A relative path is relative to the file that names it. */
    public static Setting<Map<String, String>> of(Node node) {
        return of(node, false);
    }

    /** The same, for new values that must not be anybody's old value. */
    public static Setting<Map<String, String>> ofPseudonyms(Node node) {
        return of(node, true);
    }

    private static Setting<Map<String, String>> of(Node node, boolean pseudonyms) {
        return node.text()
                .map(text -> node.sourceLocation().file().resolveSibling(text))
                .flatMap(file -> read(node, file, pseudonyms));
    }

    private static Setting<Map<String, String>> read(Node node, Path file, boolean pseudonyms) {
        Map<String, String> table = new LinkedHashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        try {
            int line = 0;
            for (String each : Files.readAllLines(file)) {
                line++;
                String text = line == 1 && each.startsWith(BYTE_ORDER_MARK) ? each.substring(1) : each;
                if (text.isBlank() || text.startsWith("#")) {
                    continue;
                }
                List<String> fields = fields(text);
                if (fields.size() != 2) {
                    return node.reject(
                            "line " + line + " of " + file + " has not two fields",
                            "write: old value, comma, new value");
                }
                if (table.put(fields.get(0), fields.get(1)) != null) {
                    return node.reject(
                            "line " + line + " of " + file + " has a value that an earlier line has, too",
                            "keep one of them");
                }
                lines.putIfAbsent(fields.get(1), line);
            }
            if (pseudonyms) {
                for (Map.Entry<String, Integer> made : lines.entrySet()) {
                    if (table.containsKey(made.getKey())) {
                        return node.reject(
                                "line " + made.getValue() + " of " + file
                                        + " gives a new value that is an old value of the table: it would say who that is",
                                "give each its own new value");
                    }
                }
            }
        } catch (CharacterCodingException e) {
            return node.reject("is not in UTF-8: " + file, "");
        } catch (IOException e) {
            return node.reject("cannot be read: " + file + " (" + FileTrouble.of(e) + ")", "");
        }
        return table.isEmpty() ? node.reject("has no line with values: " + file, "") : node.valid(table);
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
