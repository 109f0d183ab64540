package org.dicomgateway.bench.load;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.Random;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Elements;

/**
 * A synthetic CT instance. Those made without a file have random UIDs derived from UUIDs (PS3.5 B.2), as many
 * modalities make them: the worst case for an index.
 */
public final class SmallInstance {

    private static final String ROOT = "2.25.";
    private static final int UUID_BITS = 125;

    private final Uid sop;
    private final byte[] dataset;

    private SmallInstance(Uid sop, byte[] dataset) {
        this.sop = sop;
        this.dataset = dataset;
    }

    /** One of a study of so many instances; the same random numbers make the same ones. */
    public static SmallInstance random(Random random, Uid study, byte[] pixels) {
        Uid sop = randomUid(random);
        return new SmallInstance(sop, elements(study, sop, pixels).toDataset());
    }

    Uid sop() {
        return sop;
    }

    /** In explicit VR little endian; new at each call. */
    InputStream dataset() {
        return new ByteArrayInputStream(dataset);
    }

    public static Uid randomUid(Random random) {
        return Uid.of(ROOT + new BigInteger(UUID_BITS, random));
    }

    static Elements elements(Uid study, Uid sop, byte[] pixels) {
        return new Elements()
                .text(0x0008, 0x0016, "UI", BenchFiles.CT.sopClass().value())
                .text(0x0008, 0x0018, "UI", sop.value())
                .text(0x0008, 0x0020, "DA", "20260102")
                .text(0x0008, 0x0030, "TM", "030405")
                .text(0x0008, 0x0050, "SH", "BENCH")
                .text(0x0008, 0x0060, "CS", "CT")
                .text(0x0008, 0x0090, "PN", "")
                .text(0x0008, 0x1030, "LO", "Measurement")
                .text(0x0010, 0x0010, "PN", "Synthetic^Bench")
                .text(0x0010, 0x0020, "LO", "BENCH1")
                .text(0x0010, 0x0030, "DA", "19700101")
                .text(0x0010, 0x0040, "CS", "O")
                .text(0x0020, 0x000d, "UI", study.value())
                .text(0x0020, 0x000e, "UI", study.value() + ".1")
                .text(0x0020, 0x0010, "SH", "1")
                .text(0x0020, 0x0011, "IS", "1")
                .text(0x0020, 0x0013, "IS", "1")
                .unsigned(0x0028, 0x0002, 1)
                .text(0x0028, 0x0004, "CS", "MONOCHROME2")
                .unsigned(0x0028, 0x0010, 1)
                .unsigned(0x0028, 0x0011, pixels.length / 2)
                .unsigned(0x0028, 0x0100, 16)
                .unsigned(0x0028, 0x0101, 16)
                .unsigned(0x0028, 0x0102, 15)
                .unsigned(0x0028, 0x0103, 0)
                .bytes(0x7fe0, 0x0010, "OW", pixels);
    }
}
