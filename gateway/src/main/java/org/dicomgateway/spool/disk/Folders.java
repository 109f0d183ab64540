package org.dicomgateway.spool.disk;

import java.nio.file.Path;
import java.util.OptionalLong;

/** The names of all files and folders in the spool's directory. They are made from the spool's own numbers only. */
public record Folders(Path root) {

    public static final String SEGMENT = ".seg";
    public static final String SPARE = ".spare";
    public static final String PART = ".part";
    public static final String INSTANCE = ".dcm";

    /** How many digits the number in the name of a segment has at least. */
    private static final int DIGITS = 16;

    /** Locked by the process that has the spool open. */
    public Path lock() {
        return root.resolve("lock");
    }

    /** The identity of the spool, by which a cluster knows it. */
    public Path identity() {
        return root.resolve("identity");
    }

    /** The ledger's database. */
    public Path ledger() {
        return root.resolve("ledger.db");
    }

    /** Facts that must survive the loss of the ledger: {@link FactJournal}. */
    public Path facts() {
        return root.resolve("facts.journal");
    }

    /** The segments. */
    public Path log() {
        return root.resolve("log");
    }

    /** Instances that were streamed to their own file during receipt. */
    public Path large() {
        return root.resolve("large");
    }

    /** Instances that were moved out of the log because they waited long. */
    public Path held() {
        return root.resolve("held");
    }

    /** Segments and files that are kept after the last delivery. */
    public Path kept() {
        return root.resolve("kept");
    }

    /** Files that the ledger does not know: {@link SetAside}. */
    public Path setAside() {
        return root.resolve("set-aside");
    }

    public Path segment(long sequence) {
        return log().resolve(numbered(sequence, SEGMENT));
    }

    public Path spare(long number) {
        return log().resolve(numbered(number, SPARE));
    }

    /** A segment that is being preallocated. */
    public Path segmentPart(long number) {
        return log().resolve(numbered(number, PART));
    }

    private static String numbered(long number, String suffix) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + suffix;
    }

    /** Reads the number from a file name. Empty unless the name consists of digits and this suffix. */
    public static OptionalLong number(String name, String suffix) {
        String digits = name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
        boolean valid =
                !digits.isEmpty() && digits.length() <= 18 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return valid ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }
}
