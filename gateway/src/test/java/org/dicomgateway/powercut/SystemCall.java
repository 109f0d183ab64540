package org.dicomgateway.powercut;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One system call as {@code strace -y} writes it.
 *
 * @param name such as {@code pwrite64}
 * @param words the arguments that are no strings, as they stand there, such as {@code 7</tmp/file>}
 * @param strings the arguments that are: paths, and what is written
 * @param result what it returned; negative when it failed, or never returned
 */
record SystemCall(String name, List<String> words, List<byte[]> strings, long result) {

    static SystemCall parse(String name, String arguments, long result) {
        List<String> words = new ArrayList<>();
        List<byte[]> strings = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int at = 0; at < arguments.length(); at++) {
            char c = arguments.charAt(at);
            if (c == '"') {
                ByteArrayOutputStream string = new ByteArrayOutputStream();
                at = string(arguments, at + 1, string);
                strings.add(string.toByteArray());
            } else if (c == ',') {
                add(words, word);
            } else {
                word.append(c);
            }
        }
        add(words, word);
        return new SystemCall(name, List.copyOf(words), List.copyOf(strings), result);
    }

    private static void add(List<String> words, StringBuilder word) {
        if (!word.toString().isBlank()) {
            words.add(word.toString().strip());
        }
        word.setLength(0);
    }

    /**
     * Reads a C string from behind its opening quote.
     *
     * @return where its closing quote stands
     */
    private static int string(String text, int from, ByteArrayOutputStream string) {
        int at = from;
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                string.write(c);
                continue;
            }
            char escaped = text.charAt(at++);
            int plain = "ntrvf\\\"".indexOf(escaped);
            if (plain >= 0) {
                string.write("\n\t\r\u000b\f\\\"".charAt(plain));
                continue;
            }
            int value = Character.digit(escaped, 8);
            for (int digits = 1; digits < 3 && Character.digit(text.charAt(at), 8) >= 0; digits++) {
                value = value * 8 + Character.digit(text.charAt(at++), 8);
            }
            string.write(value);
        }
        if (text.startsWith("...", at + 1)) {
            throw new IllegalStateException("the trace has cut off what was written; it needs a greater -s");
        }
        return at;
    }

    /** The file descriptor that is its first argument. */
    int descriptor() {
        String first = words.get(0);
        return Integer.parseInt(first.contains("<") ? first.substring(0, first.indexOf('<')) : first);
    }

    /** What its descriptor is, such as {@code socket:[4711]}. */
    String target() {
        String first = words.get(0);
        return first.substring(first.indexOf('<') + 1, Math.max(first.indexOf('<') + 1, first.lastIndexOf('>')));
    }

    /** Its last argument. */
    long lastNumber() {
        return Long.parseLong(words.get(words.size() - 1));
    }

    /** A path among its arguments. */
    String path(int index) {
        return new String(strings.get(index), StandardCharsets.UTF_8);
    }

    /** Everything it was given to write. */
    byte[] data() {
        if (strings.size() == 1) {
            return strings.get(0);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        strings.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
