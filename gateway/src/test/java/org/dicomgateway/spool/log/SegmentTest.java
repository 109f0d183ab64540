package org.dicomgateway.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.dicomgateway.spool.disk.PowerCutDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment on a disk whose power goes. */
class SegmentTest {

    private static final byte[] RECORD = "a record of some bytes, at least as many as a header has, of "
            .repeat(8)
            .getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    /** A segment that is being written, on a disk of its own. */
    private record Written(Segment segment, PowerCutDisk disk, Path path) {

        /** In an empty folder, with room for 16 records. */
        static Written in(Path folder) throws IOException {
            Path path = Files.createDirectories(folder).resolve("1.seg");
            Files.write(path, new byte[SegmentHeader.LENGTH + 16 * RECORD.length]);
            PowerCutDisk disk = new PowerCutDisk(Files.createDirectories(folder.resolve("trash")), 100);
            SegmentHeader header = new SegmentHeader(1, Files.size(path), Instant.EPOCH, 1, SegmentHeader.End.NONE);
            return new Written(new Segment(header, disk.update(path)), disk, path);
        }

        /** With the seeds tried, each sector that can be lost is, at least once. */
        ByteBuffer afterPowerCut(long seed) throws IOException {
            segment.close();
            disk.lose(new Random(seed));
            return ByteBuffer.wrap(Files.readAllBytes(path));
        }
    }

    private static byte[] bytes(ByteBuffer file, int offset, int length) {
        byte[] found = new byte[length];
        file.get(offset, found);
        return found;
    }

    @Test
    void what_was_appended_stays_when_the_power_goes() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Written written = Written.in(directory.resolve("seed-" + seed));
            written.segment().append(List.of(ByteBuffer.wrap(RECORD)));
            assertThat(written.segment().end().offset()).isEqualTo(SegmentHeader.LENGTH + RECORD.length);
            ByteBuffer file = written.afterPowerCut(seed);
            assertThat(bytes(file, SegmentHeader.LENGTH, RECORD.length)).isEqualTo(RECORD);
        }
    }

    @Test
    void the_header_of_a_refused_record_stays_unreadable_when_the_power_goes() throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Written written = Written.in(directory.resolve("seed-" + seed));
            int second = SegmentHeader.LENGTH + RECORD.length;
            written.segment().append(List.of(ByteBuffer.wrap(RECORD), ByteBuffer.wrap(RECORD)));
            written.segment().retract(List.of((long) second));
            ByteBuffer file = written.afterPowerCut(seed);
            assertThat(bytes(file, SegmentHeader.LENGTH, RECORD.length)).isEqualTo(RECORD);
            assertThat(bytes(file, second, RecordHeader.LENGTH)).containsOnly(0);
        }
    }

    @Test
    void it_takes_records_up_to_its_last_byte_and_is_empty_until_then() throws IOException {
        try (Segment segment = Written.in(directory).segment()) {
            assertThat(segment.isEmpty()).isTrue();
            assertThat(segment.fits(16L * RECORD.length)).isTrue();
            assertThat(segment.fits(16L * RECORD.length + 1)).isFalse();
            segment.append(List.of(ByteBuffer.wrap(RECORD)));
            assertThat(segment.isEmpty()).isFalse();
            assertThat(segment.fits(15L * RECORD.length)).isTrue();
            assertThat(segment.fits(15L * RECORD.length + 1)).isFalse();
        }
    }
}
