package org.dicomgateway.spool.log;

import org.dicomgateway.spool.Instance;

/**
 * An instance and how to read it back.
 *
 * @param instance what it is
 * @param location where its part-10 stream lies
 * @param length bytes of the part-10 stream
 * @param datasetOffset where in the stream the dataset begins, after preamble and file meta information
 * @param crc32c of the whole part-10 stream, taken while it was received
 */
public record StoredInstance(Instance instance, Location location, long length, int datasetOffset, int crc32c) {

    /** The same stream, in a file of its own. */
    public StoredInstance inOwnFile() {
        return new StoredInstance(instance, new Location.InFile(), length, datasetOffset, crc32c);
    }
}
