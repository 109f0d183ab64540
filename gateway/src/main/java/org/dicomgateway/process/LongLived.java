package org.dicomgateway.process;

/**
 * A thread that the gateway cannot work without. It must live from its start to the end of the service that it
 * belongs to. The service shows it to health checks. If anything kills it, the process ends ({@link EndOfProcess}).
 */
public final class LongLived extends Thread {

    /** Creates the thread. It is not started yet. */
    public LongLived(String name, Runnable work) {
        super(work, name);
    }

    /** Creates a daemon thread: it does not keep the process alive. */
    public static LongLived daemon(String name, Runnable work) {
        LongLived thread = new LongLived(name, work);
        thread.setDaemon(true);
        return thread;
    }
}
