package org.dicomgateway.spool.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.spool.log.Checksum;

/** A fact as bytes of the journal: docs/spool-format.md has them one by one. */
final class FactRecord {

    private static final int MAGIC = 0x44477274; // "DGrt"
    private static final int ALIGNMENT = 8;
    private static final int HEADER = 24;
    private static final int CRC_AT = 16;
    /** Longer is no length: it was never written. */
    private static final int LONGEST = 16 << 20;

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
     * What was found.
     *
     * @param end where the last one ends: behind it is nothing, or what is torn
     * @param problems what cannot be read, in words for an operator
     */
    record Found(List<Fact> facts, int end, List<String> problems) {}

    /** Looks through the bytes from this index on. What is damaged costs no other. */
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
                problems.add("what lies from offset " + damagedAt + " to " + at + " cannot be read");
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
            problems.add("what lies behind offset " + damagedAt + " cannot be read; it was damaged, or never finished");
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
