package org.dicomgateway.spool.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.DiskInputStream;

/**
 * What the spool can learn about an instance from its part-10 file alone, when neither ledger nor log knows it.
 *
 * @param origin from the file meta information; unknown when it is not there
 * @param length bytes of the file
 * @param crc32c of the file as it is now, correct or not
 */
public record FileDescription(InstanceHeader header, Origin origin, int datasetOffset, long length, int crc32c) {

    private static final Origin UNKNOWN = new Origin(AeTitle.of("UNKNOWN"), AeTitle.of("UNKNOWN"), "unknown");
    private static final int WINDOW = 128 * ByteSize.KIB;

    /**
     * Reads the header of an instance's file.
     *
     * @throws org.dicomgateway.dicom.UnreadableDatasetException when the file is not a part-10 file
     */
    public static FileDescription read(DiskFile file) throws IOException {
        long length = file.size();
        Part10.File part10;
        try (InputStream in = stream(file, 0, length)) {
            part10 = Part10.read(in);
        }
        try (InputStream in = stream(file, part10.datasetOffset(), length)) {
            InstanceHeader header = HeaderReader.read(in, part10.transferSyntax());
            return new FileDescription(
                    header,
                    part10.origin().orElse(UNKNOWN),
                    Math.toIntExact(part10.datasetOffset()),
                    length,
                    crc32c(file, length));
        }
    }

    /** The instance with this id, as if it was received now. */
    public StoredInstance stored(long id, Plan plan, Instant now) {
        Instance instance =
                Instance.unnumbered(header, origin, now, length - datasetOffset).numbered(id);
        return new StoredInstance(instance, new Location.InFile(), length, datasetOffset, crc32c);
    }

    private static InputStream stream(DiskFile file, long from, long to) {
        return new BufferedInputStream(new DiskInputStream(file, from, to));
    }

    private static int crc32c(DiskFile file, long length) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] window = new byte[WINDOW];
        InputStream in = new DiskInputStream(file, 0, length);
        for (int n = in.read(window); n >= 0; n = in.read(window)) {
            crc.update(window, 0, n);
        }
        return (int) crc.getValue();
    }
}
