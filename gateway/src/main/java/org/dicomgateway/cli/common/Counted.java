package org.dicomgateway.cli.common;

/** A number of things, as a phrase. */
public final class Counted {

    private Counted() {}

    /** A number with its noun: {@code 1 delivery}, {@code 2 deliveries}. */
    public static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** A number of deliveries with its verb: {@code 1 delivery goes}, {@code 2 deliveries go}. */
    public static String deliveries(long number, String does, String areDoing) {
        return of(number, "delivery " + does, "deliveries " + areDoing);
    }

    public static String instances(long number) {
        return of(number, "instance", "instances");
    }
}
