package org.dicomgateway.config.hocon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds list entries on one line without a comma between them: {@code access = [ {…} {…} ]}. HOCON merges them into
 * one entry, in which the second overrides the first. After reading, this is no longer visible. So this class checks
 * the text.
 */
public final class MissingCommas {

    private static final String QUOTE = "\"";
    private static final String LONG_QUOTE = "\"\"\"";

    private final Path file;
    private final String text;
    private final List<Warning> found = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    /** Whether only blanks have followed since a list entry ended on this line. */
    private boolean entryEnded;

    private int line = 1;

    private MissingCommas(Path file, String text) {
        this.file = file;
        this.text = text;
    }

    /** The warnings for a HOCON file without problems. Empty for a file that cannot be read. */
    public static List<Warning> in(Path file) {
        try {
            return new MissingCommas(file, Files.readString(file)).look();
        } catch (IOException e) {
            // An optional include whose file does not exist.
            return List.of();
        }
    }

    private List<Warning> look() {
        for (int i = 0; i < text.length(); i++) {
            i = step(i);
        }
        return found;
    }

    /** Handles what begins at this position. Returns the position where it ends. */
    private int step(int i) {
        char c = text.charAt(i);
        if (c == '\n') {
            line++;
            entryEnded = false;
        } else if (c == '#' || text.startsWith("//", i)) {
            return endOf("\n", i) - 1;
        } else if (text.startsWith("${", i)) {
            entryEnded = false;
            return endOf("}", i);
        } else if (text.startsWith(LONG_QUOTE, i)) {
            return endOfLongText(i);
        } else if (text.startsWith(QUOTE, i)) {
            return endOfText(i);
        } else if (c == '{' || c == '[') {
            if (c == '{' && entryEnded) {
                found.add(new Warning(
                        file,
                        line,
                        "",
                        "two entries of a list without a comma between them are merged into one: values of the second"
                                + " override those of the first",
                        "write a comma between } and {"));
            }
            entryEnded = false;
            open.push(c);
        } else if (c == '}' || c == ']') {
            open.poll();
            entryEnded = c == '}' && !open.isEmpty() && open.peek() == '[';
        } else if (!Character.isWhitespace(c)) {
            entryEnded = false;
        }
        return i;
    }

    private int endOf(String what, int from) {
        int end = text.indexOf(what, from);
        return end < 0 ? text.length() : end;
    }

    private int endOfText(int from) {
        entryEnded = false;
        int i = from + 1;
        while (i < text.length() && text.charAt(i) != '"' && text.charAt(i) != '\n') {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private int endOfLongText(int from) {
        entryEnded = false;
        int end = endOf(LONG_QUOTE, from + LONG_QUOTE.length()) + LONG_QUOTE.length();
        line += (int) text.substring(from, Math.min(end, text.length()))
                .chars()
                .filter(c -> c == '\n')
                .count();
        return end - 1;
    }
}
