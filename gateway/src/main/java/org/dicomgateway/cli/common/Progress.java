package org.dicomgateway.cli.common;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.dicomgateway.dicom.synthetic.WriteListener;

/**
 * Shows the progress of writing or sending files. On a terminal it is one line with a bar that is updated; elsewhere it
 * is a line every ten seconds. Safe for any number of threads.
 */
public final class Progress implements WriteListener {

    private static final Duration ON_TERMINAL = Duration.ofMillis(200);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);
    private static final String ERASE_LINE = "\r\033[K";
    private static final int BAR = 20;

    private final long files;
    private final long bytes;
    private final PrintWriter out;
    private final boolean terminal;
    private final InstantSource clock;
    private final Instant begun;

    private Instant shown;
    private long filesDone;
    private long bytesDone;

    /** Starts now; {@code bytes} is an estimate. */
    public Progress(long files, long bytes, PrintWriter out, boolean terminal, InstantSource clock) {
        this.files = files;
        this.bytes = bytes;
        this.out = out;
        this.terminal = terminal;
        this.clock = clock;
        this.begun = clock.instant();
        this.shown = begun;
    }

    /** A progress that shows nothing. */
    public static Progress silent() {
        return new Progress(0, 0, new PrintWriter(Writer.nullWriter()), false, InstantSource.system());
    }

    /** Counts bytes; {@code more} is negative when bytes must be written again. */
    @Override
    public synchronized void wrote(long more) {
        bytesDone += more;
        Instant now = clock.instant();
        if (Duration.between(shown, now).compareTo(terminal ? ON_TERMINAL : ELSEWHERE) >= 0) {
            shown = now;
            String line = filesDone + " of " + files + " files, " + size(bytesDone) + ", " + rate(now) + ", "
                    + remaining(now) + " left";
            if (terminal) {
                out.print(ERASE_LINE + bar() + line);
            } else {
                out.println(line);
            }
            out.flush();
        }
    }

    @Override
    public synchronized void finished() {
        filesDone++;
    }

    /** Shows the result when everything is written; {@code where} ends the line. */
    public synchronized void done(String where) {
        Instant now = clock.instant();
        out.println((terminal ? ERASE_LINE : "") + filesDone + (filesDone == 1 ? " file, " : " files, ")
                + size(bytesDone) + ", " + rate(now) + " " + where);
        out.flush();
    }

    /** Ends without a result: leaves the terminal's line as it is, and starts a new one. */
    public synchronized void interrupted() {
        if (terminal) {
            out.println();
            out.flush();
        }
    }

    /** Erases the terminal's line, before another message. */
    public synchronized void clear() {
        if (terminal) {
            out.print(ERASE_LINE);
            out.flush();
        }
    }

    private String bar() {
        double share = bytes == 0 ? 0 : Math.max(0, Math.min(1, (double) bytesDone / bytes));
        int full = (int) (share * BAR);
        return "[" + "#".repeat(full) + ".".repeat(BAR - full) + "] "
                + String.format(Locale.ROOT, "%3.0f %%  ", Math.floor(100 * share));
    }

    private String rate(Instant now) {
        double seconds = seconds(now);
        return String.format(
                Locale.ROOT, "%.0f files/s, %s/s", filesDone / seconds, size((long) (bytesDone / seconds)));
    }

    private String remaining(Instant now) {
        long seconds = bytesDone == 0 ? 0 : Math.round(seconds(now) * Math.max(0, bytes - bytesDone) / bytesDone);
        return seconds < 60 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
    }

    private double seconds(Instant now) {
        return Math.max(0.001, Duration.between(begun, now).toNanos() / 1e9);
    }

    /** A number of bytes as text, rounded, in binary units (IEC 80000-13): {@code 1.5 GiB}. */
    public static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double n = bytes;
        int unit = 0;
        while (n >= 1000 && unit < units.length - 1) {
            n /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || n >= 100 ? "%.0f %s" : "%.1f %s", n, units[unit]);
    }
}
