package org.dicomgateway.config.settings;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the spool stores instances.
 *
 * @param directory its folder, absolute; created when missing
 * @param segmentSize size of one log segment, preallocated
 * @param reserve total size of preallocated segments that are ready for a burst; one is ready even with less
 * @param largeInstance a larger instance gets its own file; at most a quarter of a segment
 * @param receiveMemory limit for the data of all associations that is in memory before it is in the log
 * @param minFreeSpace with less free space on the file system, the spool accepts no instances
 * @param history how long a finished instance stays in the ledger
 * @param stragglerAge when a finished segment is older than this and mostly delivered, its remaining instances move
 *     into files
 * @param keep how long delivered bytes are kept
 */
public record SpoolSettings(
        Path directory,
        DataSize segmentSize,
        DataSize reserve,
        DataSize largeInstance,
        DataSize receiveMemory,
        DataSize minFreeSpace,
        Duration history,
        Duration stragglerAge,
        Keep keep) {

    /**
     * How long bytes are kept after the last delivery, to send them again. The space is given up before the spool
     * would refuse an instance.
     *
     * @param time at most this long; zero: nothing is kept
     * @param size at most this many bytes in total
     */
    public record Keep(Duration time, DataSize size) {

        /** Nothing is kept. */
        public static final Keep NOTHING = new Keep(Duration.ZERO, new DataSize(0));

        /** Whether anything is kept. */
        public boolean isAnything() {
            return !time.isZero() && size.bytes() > 0;
        }
    }
}
