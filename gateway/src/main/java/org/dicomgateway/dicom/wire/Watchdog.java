package org.dicomgateway.dicom.wire;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Closes sockets whose write does not return. A blocked write has no timeout; only closing the socket ends it.
 *
 * <p>One thread checks all watched sockets a few times per second. It ends when there have been none for a while, so a
 * watchdog needs no close; a connection now and then does not wait for a new thread each time.
 */
public final class Watchdog {

    private static final long ROUND_MILLIS = 200;

    /** How long the thread stays without a socket. */
    private static final Duration STAY = Duration.ofMinutes(1);

    private final String name;
    private final Set<DicomSocket> watched = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();
    private @Nullable Thread thread;
    private boolean resting;

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
            } else if (resting) {
                resting = false;
                lock.notifyAll();
            }
        }
    }

    void forget(DicomSocket socket) {
        watched.remove(socket);
    }

    private void run() {
        while (true) {
            long now = System.nanoTime();
            watched.forEach(socket -> socket.closeWhenStuck(now));
            synchronized (lock) {
                try {
                    resting = watched.isEmpty();
                    lock.wait(resting ? STAY.toMillis() : ROUND_MILLIS);
                } catch (InterruptedException e) {
                    // The gateway never interrupts this thread, and the sockets still need it.
                }
                if (resting && watched.isEmpty()) {
                    thread = null;
                    return;
                }
            }
        }
    }
}
