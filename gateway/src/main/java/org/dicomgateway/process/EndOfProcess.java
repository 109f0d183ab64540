package org.dicomgateway.process;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once when a thread dies of an {@code Error}, or a long-lived thread of anything: what is lost is
 * what a SIGKILL takes, which is nothing that was answered with success; what is gained is that a supervisor sees it and
 * starts it again, where a gateway that lacks a thread would go on, lame, and say that it is well.
 *
 * <p>{@code -XX:+ExitOnOutOfMemoryError} does the same for a full heap, wherever it is noticed; this is for everything
 * else, and for a JVM that was started without it.
 */
public final class EndOfProcess implements UncaughtExceptionHandler {

    /** The exit code; the same as HotSpot's when it is told to exit on an OutOfMemoryError. */
    public static final int CODE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(EndOfProcess.class);

    private final IntConsumer halt;

    EndOfProcess(IntConsumer halt) {
        this.halt = halt;
    }

    /** From now on this is what an uncaught {@code Error} comes to, in any thread of the process. */
    public static void onErrors() {
        Thread.setDefaultUncaughtExceptionHandler(new EndOfProcess(Runtime.getRuntime()::halt));
    }

    /** For an {@code Error} that somebody else's code would swallow: does what it would have come to uncaught. */
    public static void uncaught(Error error) {
        Thread thread = Thread.currentThread();
        UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (handler != null) {
            handler.uncaughtException(thread, error);
        }
    }

    @Override
    public void uncaughtException(Thread thread, Throwable fault) {
        if (!(fault instanceof Error) && !(thread instanceof LongLived)) {
            LOG.error("the thread {} ended", thread.getName(), fault);
            return;
        }
        try {
            LOG.error(
                    "the thread {} died, and the gateway cannot do without it or cannot know what else is broken: it ends"
                            + " at once (exit code {}) and must be started again; nothing that was answered with success"
                            + " is lost",
                    thread.getName(),
                    CODE,
                    fault);
        } finally {
            // Also when there is no memory to say so.
            halt.accept(CODE);
        }
    }
}
