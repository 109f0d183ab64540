package org.dicomgateway.spool.log;

import java.util.Optional;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;

/**
 * An instance and where to read it.
 *
 * @param instance the instance
 * @param location where its part-10 stream is stored
 * @param length bytes of the part-10 stream
 * @param datasetOffset where the dataset begins in the stream, after preamble and file meta information
 * @param crc32c of the whole part-10 stream, calculated during receipt
 * @param digest of the dataset alone, calculated during receipt; empty for an instance that a version of the gateway
 *     without digests received
 */
public record StoredInstance(
        Instance instance,
        Location location,
        long length,
        int datasetOffset,
        int crc32c,
        Optional<DatasetDigest> digest) {

    /** The same stream in a file of its own. */
    public StoredInstance inOwnFile() {
        return new StoredInstance(instance, new Location.InFile(), length, datasetOffset, crc32c, digest);
    }
}
