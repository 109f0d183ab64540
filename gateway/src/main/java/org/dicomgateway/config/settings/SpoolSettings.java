package org.dicomgateway.config.settings;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the spool keeps instances.
 *
 * @param directory its folder, absolute; created when missing
 * @param segmentSize size of one log segment, preallocated
 * @param reserve room of preallocated segments that stand ready for a burst; one stands ready even without
 * @param largeInstance an instance of more than this is streamed to a file of its own; at most a quarter of a segment
 * @param receiveMemory bound on what is gathered in memory by all associations together, before it is in the log
 * @param minFreeSpace with less than this free on the file system, nothing more is taken in
 * @param history how long a finished instance can still be found in the ledger
 * @param stragglerAge a finished segment that is mostly delivered is emptied into files when it is older than this
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
