package org.dicomgateway.process;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once when an {@code Error} kills a thread, or when anything kills a long-lived thread. The loss
 * is the same as with SIGKILL: no instance that was answered with success is lost. In return, a supervisor sees the
 * end and starts the gateway again. Without this, the gateway would run on without the thread and report that it is
 * healthy.
 *
 * <p>{@code -XX:+ExitOnOutOfMemoryError} does the same for a full heap, wherever the JVM notices it. This class
 * covers every other error, and a JVM that was started without that option.
 */
public final class EndOfProcess implements UncaughtExceptionHandler {

    /** The exit code. HotSpot uses the same one with {@code -XX:+ExitOnOutOfMemoryError}. */
    public static final int CODE = 3;

    /** The exit code when another gateway of the cluster has taken over from this one. */
    public static final int FENCED = 4;

    private static final Logger LOG = LoggerFactory.getLogger(EndOfProcess.class);

    private final IntConsumer halt;

    EndOfProcess(IntConsumer halt) {
        this.halt = halt;
    }

    /** Installs this handler: from now on, an uncaught {@code Error} in any thread ends the process. */
    public static void onErrors() {
        Thread.setDefaultUncaughtExceptionHandler(new EndOfProcess(Runtime.getRuntime()::halt));
    }

    /**
     * Ends the process at once, because another gateway has taken over its work: whatever it did now could be done
     * twice.
     */
    public static void fenced() {
        Runtime.getRuntime().halt(FENCED);
    }

    /** For an {@code Error} that foreign code would swallow: treats it as uncaught. */
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
                    "the thread {} died, and the gateway cannot work safely without it: the gateway stops at once"
                            + " (exit code {}); start it again; no instance that was answered with success"
                            + " is lost",
                    thread.getName(),
                    CODE,
                    fault);
        } finally {
            // Halt also when there is no memory to log the message.
            halt.accept(CODE);
        }
    }
}
