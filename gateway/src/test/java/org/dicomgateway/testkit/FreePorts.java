package org.dicomgateway.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports that nobody listens on. They lie below the range from which Linux takes the ports of outgoing connections,
 * so a server that a test stops finds its port free when it is started again.
 */
public final class FreePorts {

    /**
     * Tests run in several JVMs at once; each has a range of its own, so that none takes a port that another gave away.
     */
    private static final int RANGE = 4_000;

    private static final int FIRST = 16_000 + RANGE * (Integer.getInteger("fork.number", 1) - 1);
    private static final int LAST = FIRST + RANGE;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /** A free port, never the same twice in this JVM. */
    public static int next() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("found no free TCP port between " + FIRST + " and " + LAST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
