package org.dicomgateway.process;

/**
 * A thread without which the gateway only seems to work: from its start to the end of what it serves it must be there.
 * Who serves with one shows it to whoever asks how the gateway is. Whatever it dies of ends the process
 * ({@link EndOfProcess}).
 */
public final class LongLived extends Thread {

    /** Not started yet. */
    public LongLived(String name, Runnable work) {
        super(work, name);
    }

    /** One that does not keep the process from ending. */
    public static LongLived daemon(String name, Runnable work) {
        LongLived thread = new LongLived(name, work);
        thread.setDaemon(true);
        return thread;
    }
}
