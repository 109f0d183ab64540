package org.dicomgateway.spool.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.spool.log.Checksum;

/** A fact as bytes of the journal; docs/spool-format.md describes every byte. */
final class FactRecord {

    private static final int MAGIC = 0x44477274; // "DGrt"
    private static final int ALIGNMENT = 8;
    private static final int HEADER = 24;
    private static final int CRC_AT = 16;
    /** A greater length is damage: the gateway never writes one. */
    private static final int LONGEST = 16 * ByteSize.MIB;

    private FactRecord() {}

    static ByteBuffer encode(Fact fact) {
        byte[] json = fact.toJson();
        ByteBuffer record = ByteBuffer.allocate(aligned(HEADER + json.length));
        record.putInt(MAGIC).putInt(fact.kind()).putInt(json.length).putInt(Checksum.of(json));
        record.putInt(Checksum.of(record, 0, CRC_AT)).putInt(0).put(json);
        return record.rewind();
    }

    private static int aligned(int length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * The result of a scan.
     *
     * @param end where the last record ends; behind it is nothing, or a torn write
     * @param problems descriptions of what cannot be read, for an operator
     */
    record Found(List<Fact> facts, int end, List<String> problems) {}

    /** Scans the bytes from this index on. A damaged record does not affect the others. */
    static Found scan(ByteBuffer bytes, int from) {
        List<Fact> facts = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        int end = from;
        int damagedAt = -1;
        for (int at = from; at + HEADER <= bytes.limit(); ) {
            if (!isHeader(bytes, at)) {
                if (damagedAt < 0 && !isEmpty(bytes, at)) {
                    damagedAt = at;
                }
                at += ALIGNMENT;
                continue;
            }
            if (damagedAt >= 0) {
                problems.add("the range from offset " + damagedAt + " to " + at + " cannot be read");
                damagedAt = -1;
            }
            int length = bytes.getInt(at + 8);
            byte[] json = new byte[length];
            bytes.get(at + HEADER, json);
            try {
                if (bytes.getInt(at + 12) != Checksum.of(json)) {
                    throw new IOException("its checksum is wrong");
                }
                facts.add(Fact.of(bytes.getInt(at + 4), json));
            } catch (IOException e) {
                problems.add("the fact at offset " + at + " cannot be read: " + e.getMessage());
            }
            at += aligned(HEADER + length);
            end = at;
        }
        if (damagedAt >= 0) {
            problems.add("the range behind offset " + damagedAt + " cannot be read: damage, or an unfinished write");
        }
        return new Found(facts, end, problems);
    }

    private static boolean isHeader(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + 8);
        return bytes.getInt(at) == MAGIC
                && bytes.getInt(at + CRC_AT) == Checksum.of(bytes, at, CRC_AT)
                && length >= 0
                && length <= LONGEST
                && aligned(HEADER + length) <= bytes.limit() - at;
    }

    private static boolean isEmpty(ByteBuffer bytes, int at) {
        return bytes.getLong(at) == 0;
    }
}
