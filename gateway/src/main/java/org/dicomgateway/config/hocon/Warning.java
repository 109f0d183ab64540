package org.dicomgateway.config.hocon;

import java.nio.file.Path;
import java.util.Comparator;

/**
 * Something in a configuration that is allowed, but is probably a mistake.
 *
 * @param file the file that contains it, absolute; for an included file, that file
 * @param line counted from 1; 0 when it concerns the whole file
 * @param key path of the key, {@code destinations.orthanc1}
 * @param what what is unusual
 * @param remedy what to do about it, or empty
 */
public record Warning(Path file, int line, String key, String what, String remedy) implements Comparable<Warning> {

    private static final Comparator<Warning> ORDER = Comparator.comparing(Warning::asProblem);

    /** By file, line and key. */
    @Override
    public int compareTo(Warning other) {
        return ORDER.compare(this, other);
    }

    /** One line, in the form that compilers use: {@code file:line: warning: key: what; remedy}. */
    @Override
    public String toString() {
        return file
                + (line > 0 ? ":" + line : "")
                + ": warning"
                + (key.isEmpty() ? "" : ": " + key)
                + ": "
                + what
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }

    private Problem asProblem() {
        return new Problem(file, line, key, what, remedy);
    }
}
