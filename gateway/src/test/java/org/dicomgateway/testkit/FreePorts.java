package org.dicomgateway.testkit;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports that nobody listens on. They lie below the range from which Linux takes the ports of outgoing connections,
 * so a server that a test stops finds its port free when it is started again.
 */
public final class FreePorts {

    private static final int ALL = 16_000;
    private static final int RANGES = 8;
    private static final int RANGE = 2_000;

    /**
     * Tests run in several JVMs at once, of several builds perhaps. Each has a range of its own while it lives, so that
     * none takes a port that another gave away.
     */
    private static final Range MINE = Range.take();

    private static final int FIRST = ALL + RANGE * MINE.number;
    private static final int LAST = FIRST + RANGE;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /** A range of ports, and the lock on it, which ends with the JVM. */
    private record Range(int number, FileChannel lock) {

        private static Range take() {
            for (int number = 0; number < RANGES; number++) {
                Path file = Path.of("/tmp/dicom-gateway-test-ports-" + number);
                try {
                    FileChannel lock = FileChannel.open(file, CREATE, WRITE, NOFOLLOW_LINKS);
                    if (lock.tryLock() != null) {
                        return new Range(number, lock);
                    }
                    lock.close();
                } catch (IOException e) {
                    // It is another user's.
                }
            }
            throw new IllegalStateException("all ranges of ports are taken: /tmp/dicom-gateway-test-ports-*");
        }
    }

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
