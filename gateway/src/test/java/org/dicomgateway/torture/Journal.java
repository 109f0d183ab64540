package org.dicomgateway.torture;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What was done to the gateway, when, and how often. For any number of threads. */
final class Journal {

    private final PrintStream out;
    private final boolean verbose;
    private final long begin = System.nanoTime();
    private final Map<String, Integer> counts = new TreeMap<>();

    /** @param verbose whether each event is printed when it happens */
    Journal(PrintStream out, boolean verbose) {
        this.out = out;
        this.verbose = verbose;
    }

    /** Notes a fault by its name. */
    synchronized void done(String what, String details) {
        counts.merge(what, 1, Integer::sum);
        if (verbose) {
            out.printf(
                    Locale.ROOT,
                    "%7.1f s  %s%s%n",
                    (System.nanoTime() - begin) / 1e9,
                    what,
                    details.isEmpty() ? "" : ": " + details);
        }
    }

    /** Counts what happens too often to be printed each time. */
    synchronized void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    synchronized void done(String what) {
        done(what, "");
    }

    /** Prints a line of the report. */
    synchronized void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }

    /** Fault → how often. */
    synchronized Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }
}
