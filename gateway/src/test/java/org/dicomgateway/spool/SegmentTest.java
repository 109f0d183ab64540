package org.dicomgateway.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment on a disk whose power goes. */
class SegmentTest {

    private static final byte[] RECORD = "a record of some bytes, at least as many as a header has, of "
            .repeat(8)
            .getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private Path path;
    private PowerCutDisk disk;

    /** Of a file that is there already, with room for some records. */
    private Segment segment() throws IOException {
        path = directory.resolve("1.seg");
        Files.write(path, new byte[SegmentHeader.LENGTH + 16 * RECORD.length]);
        disk = new PowerCutDisk(Files.createDirectories(directory.resolve("trash")), 100);
        SegmentHeader header = new SegmentHeader(1, Files.size(path), Instant.EPOCH, 1, SegmentHeader.End.NONE);
        return new Segment(header, disk.update(path));
    }

    private byte[] bytesAt(long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path));
        byte[] found = new byte[length];
        bytes.get((int) offset, found);
        return found;
    }

    /** Loses everything that can be lost: with the seeds tried, each sector is at least once. */
    private void losePower(long seed) throws IOException {
        disk.lose(new Random(seed));
    }

    @Test
    void what_was_appended_stays_when_the_power_goes() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            try (Segment segment = segment()) {
                segment.append(List.of(ByteBuffer.wrap(RECORD)));
                assertThat(segment.end().offset()).isEqualTo(SegmentHeader.LENGTH + RECORD.length);
                losePower(seed);
            }
            assertThat(bytesAt(SegmentHeader.LENGTH, RECORD.length)).isEqualTo(RECORD);
            removeAll();
        }
    }

    @Test
    void the_header_of_a_refused_record_stays_unreadable_when_the_power_goes() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            try (Segment segment = segment()) {
                segment.append(List.of(ByteBuffer.wrap(RECORD), ByteBuffer.wrap(RECORD)));
                segment.retract(List.of((long) SegmentHeader.LENGTH + RECORD.length));
                losePower(seed);
            }
            assertThat(bytesAt(SegmentHeader.LENGTH, RECORD.length)).isEqualTo(RECORD);
            assertThat(bytesAt(SegmentHeader.LENGTH + RECORD.length, RecordHeader.LENGTH))
                    .containsOnly(0);
            removeAll();
        }
    }

    @Test
    void it_takes_records_up_to_its_last_byte_and_is_empty_until_then() throws IOException {
        try (Segment segment = segment()) {
            assertThat(segment.isEmpty()).isTrue();
            assertThat(segment.fits(16L * RECORD.length)).isTrue();
            assertThat(segment.fits(16L * RECORD.length + 1)).isFalse();
            segment.append(List.of(ByteBuffer.wrap(RECORD)));
            assertThat(segment.isEmpty()).isFalse();
            assertThat(segment.fits(15L * RECORD.length)).isTrue();
            assertThat(segment.fits(15L * RECORD.length + 1)).isFalse();
        }
    }

    private void removeAll() throws IOException {
        Files.delete(path);
        Files.delete(directory.resolve("trash"));
    }
}
