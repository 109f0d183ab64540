package org.dicomgateway.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log makes of a segment that is torn, damaged, or used a second time. */
class SegmentScanTest {

    private static final long EPOCH = 5;
    private static final int SIZE = 64 << 10;

    @TempDir
    Path directory;

    private final List<Long> offsets = new ArrayList<>();
    private byte[] segment = new byte[0];
    private long end = SegmentHeader.LENGTH;

    @BeforeEach
    void a_segment_with_three_batches_of_two_records() {
        segment = new byte[SIZE];
        for (int batch = 0; batch < 3; batch++) {
            long syncedTo = end;
            append(EPOCH, 1 + 2 * batch, syncedTo);
            append(EPOCH, 2 + 2 * batch, syncedTo);
        }
    }

    private void append(long epoch, long id, long syncedTo) {
        byte[] body = new byte[101];
        java.util.Arrays.fill(body, (byte) id);
        byte[] metadata = ("{\"instance\":" + id + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        RecordHeader header = new RecordHeader(
                false, epoch, id, syncedTo, body.length, metadata.length, 10, Checksum.of(metadata), Checksum.of(body));
        offsets.add(end);
        ByteBuffer buffer = ByteBuffer.wrap(segment);
        header.encode(buffer, (int) end);
        buffer.put((int) end + RecordHeader.LENGTH, body);
        buffer.put((int) (end + header.metadataAt()), metadata);
        end += header.recordLength();
    }

    private SegmentScan.Result scan(Optional<SegmentHeader.End> known) throws IOException {
        Path file = directory.resolve("segment");
        Files.write(file, segment);
        try (DiskFile open = new LocalDisk().read(file)) {
            return SegmentScan.scan(open, EPOCH, SegmentHeader.LENGTH, known);
        }
    }

    private static List<Long> ids(SegmentScan.Result result) {
        return result.records().stream()
                .map(found -> found.header().instanceId())
                .toList();
    }

    private void flip(long offset) {
        segment[(int) offset] ^= 0x10;
    }

    private int offset(int record) {
        return offsets.get(record - 1).intValue();
    }

    @Test
    void a_whole_segment_is_read_without_a_word() throws IOException {
        SegmentScan.Result result = scan(Optional.empty());
        assertThat(ids(result)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(result.end()).isEqualTo(end);
        assertThat(result.problems()).isEmpty();
    }

    @Test
    void a_tail_torn_at_any_byte_is_cut_there_and_reported() throws IOException {
        byte[] whole = segment.clone();
        for (int cut = offset(6); cut < end - 8; cut++) {
            segment = whole.clone();
            java.util.Arrays.fill(segment, cut, SIZE, (byte) 0);
            SegmentScan.Result result = scan(Optional.empty());
            assertThat(ids(result)).as("torn at %d", cut).containsExactly(1L, 2L, 3L, 4L, 5L);
            assertThat(result.end()).isEqualTo(offset(6));
            if (cut >= offset(6) + 16) {
                assertThat(result.problems()).as("torn at %d", cut).hasSize(1);
            }
        }
    }

    @Test
    void of_a_torn_last_batch_the_whole_records_are_kept_and_the_torn_ones_left_out() throws IOException {
        flip(offset(5) + RecordHeader.LENGTH);
        SegmentScan.Result result = scan(Optional.empty());
        assertThat(ids(result)).containsExactly(1L, 2L, 3L, 4L, 6L);
        assertThat(result.problems()).singleElement().asString().contains("instance 5", "torn end");
    }

    @Test
    void a_damaged_body_that_was_acknowledged_is_kept_to_be_parked() throws IOException {
        flip(offset(3) + RecordHeader.LENGTH + 7);
        SegmentScan.Result result = scan(Optional.empty());
        assertThat(ids(result)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(result.records().get(2).intact()).isFalse();
        assertThat(result.problems()).singleElement().asString().contains("instance 3", "parked");
    }

    @Test
    void a_damaged_body_at_the_end_is_kept_when_the_next_segment_says_that_it_was_durable() throws IOException {
        flip(offset(6) + RecordHeader.LENGTH + 7);
        assertThat(ids(scan(Optional.empty()))).doesNotContain(6L);
        assertThat(ids(scan(Optional.of(new SegmentHeader.End(EPOCH, end, end)))))
                .contains(6L);
    }

    @Test
    void a_bit_flipped_anywhere_in_a_record_costs_no_other_record() throws IOException {
        byte[] whole = segment.clone();
        for (int at = offset(2); at < offset(3); at++) {
            segment = whole.clone();
            flip(at);
            SegmentScan.Result result = scan(Optional.empty());
            assertThat(ids(result)).as("flipped at %d", at).contains(1L, 3L, 4L, 5L, 6L);
            boolean padding = at >= offset(2) + RecordHeader.LENGTH + 101 + 14;
            assertThat(result.problems()).as("flipped at %d", at).hasSize(padding ? 0 : 1);
        }
    }

    @Test
    void a_damaged_header_is_skipped_and_reported_as_a_loss() throws IOException {
        flip(offset(2) + 40);
        SegmentScan.Result result = scan(Optional.empty());
        assertThat(ids(result)).containsExactly(1L, 3L, 4L, 5L, 6L);
        assertThat(result.problems()).singleElement().asString().contains("LOST", "offset " + offset(2));
    }

    @Test
    void records_of_the_segments_former_life_are_not_seen() throws IOException {
        append(EPOCH - 1, 900, SegmentHeader.LENGTH);
        append(EPOCH - 1, 901, SegmentHeader.LENGTH);
        SegmentScan.Result result = scan(Optional.empty());
        assertThat(ids(result)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(result.problems()).isEmpty();
    }

    @Test
    void what_lies_behind_the_known_end_was_refused_and_is_not_seen() throws IOException {
        SegmentScan.Result result = scan(Optional.of(new SegmentHeader.End(EPOCH, offset(5), offset(5))));
        assertThat(ids(result)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(result.problems()).isEmpty();
    }

    @Test
    void a_header_of_a_segment_survives_writing_and_reading() throws IOException {
        SegmentHeader header =
                new SegmentHeader(9, SIZE, Instant.ofEpochMilli(1234), 77, new SegmentHeader.End(8, 5000, 4500));
        try (DiskFile file = new LocalDisk().create(directory.resolve("header"))) {
            file.zeroFill(SIZE);
            header.write(file);
            assertThat(SegmentHeader.read(file)).contains(header);
        }
    }
}
