package org.dicomgateway.config.hocon;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * One problem of a configuration.
 *
 * @param file the file that contains it, absolute; for an included file, that file
 * @param line counted from 1; 0 when it concerns the whole file
 * @param key path of the key, {@code gateway.spool.directory}; empty when it concerns the whole file
 * @param what what is wrong
 * @param remedy what to do about it, or empty
 */
public record Problem(Path file, int line, String key, String what, String remedy) implements Comparable<Problem> {

    private static final Comparator<Problem> ORDER = Comparator.comparing(Problem::file)
            .thenComparing(Problem::line)
            .thenComparing(Problem::key)
            .thenComparing(Problem::what)
            .thenComparing(Problem::remedy);

    /** By file, line and key. */
    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }

    /** One line, in the form that compilers use: {@code file:line: key: what; remedy}. */
    @Override
    public String toString() {
        return file
                + (line > 0 ? ":" + line : "")
                + (key.isEmpty() ? "" : ": " + key)
                + ": "
                + what
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
