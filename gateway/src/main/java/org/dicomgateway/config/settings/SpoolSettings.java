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
 */
public record SpoolSettings(
        Path directory,
        DataSize segmentSize,
        DataSize reserve,
        DataSize largeInstance,
        DataSize receiveMemory,
        DataSize minFreeSpace,
        Duration history,
        Duration stragglerAge) {}
