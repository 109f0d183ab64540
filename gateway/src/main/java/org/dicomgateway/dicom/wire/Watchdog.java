package org.dicomgateway.dicom.wire;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Closes sockets whose write does not return. A blocked write has no timeout; only closing the socket ends it.
 *
 * <p>One thread checks all watched sockets a few times per second. It lives while there are any, so a watchdog needs
 * no close.
 */
public final class Watchdog {

    private static final long ROUND_MILLIS = 200;

    private final String name;
    private final Set<DicomSocket> watched = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable Thread thread;

    /** Creates a watchdog without sockets, whose thread has this name. */
    public Watchdog(String name) {
        this.name = name;
    }

    void watch(DicomSocket socket) {
        watched.add(socket);
        synchronized (lock) {
            if (thread == null) {
                thread = new Thread(this::run, name);
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    void forget(DicomSocket socket) {
        if (watched.remove(socket) && watched.isEmpty()) {
            synchronized (lock) {
                lock.notifyAll();
            }
        }
    }

    private void run() {
        while (true) {
            long now = System.nanoTime();
            watched.forEach(socket -> socket.closeWhenStuck(now));
            synchronized (lock) {
                if (watched.isEmpty()) {
                    thread = null;
                    return;
                }
                try {
                    lock.wait(ROUND_MILLIS);
                } catch (InterruptedException e) {
                    // The gateway never interrupts this thread, and the sockets still need it.
                }
            }
        }
    }
}
