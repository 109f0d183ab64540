package org.dicomgateway.cli.common;

/** A number of things, as one says it. */
public final class Counted {

    private Counted() {}

    /** {@code 1 delivery}, {@code 2 deliveries}. */
    public static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** {@code 1 delivery goes}, {@code 2 deliveries go}: of verbs, the part that goes with the number. */
    public static String deliveries(long number, String does, String areDoing) {
        return of(number, "delivery " + does, "deliveries " + areDoing);
    }

    public static String instances(long number) {
        return of(number, "instance", "instances");
    }
}
