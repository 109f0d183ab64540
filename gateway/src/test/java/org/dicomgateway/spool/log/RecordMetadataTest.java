package org.dicomgateway.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.DatasetDigest;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class RecordMetadataTest {

    private static final int LENGTH = 400;

    /** What earlier versions of the gateway wrote with. */
    private static final JsonMapper LIBRARY = JsonMapper.builder().build();

    /** Of all kinds of characters that are not written as they are, and some of two, three and four bytes. */
    private static final List<String> PIECES = List.of(
            "CT",
            "1.2.840",
            " ",
            "\"",
            "\\",
            "/",
            "\b\f\n\r\t",
            "\0",
            "\u0001",
            "\u001b",
            "\u001f",
            "\u007f",
            "\u0080",
            "\u009f",
            "Ä",
            "ß",
            "\u2028",
            "\u2029",
            "漢字",
            "\ufeff",
            "\uffff",
            "😀",
            "~",
            "<>&'",
            "");

    private final Random random = new Random(18);

    @Test
    void what_is_written_is_read_and_its_bytes_are_those_that_the_library_writes() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            Instance instance = instance(text(), Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L)));
            Plan plan = plan(random.nextInt(4));
            DatasetDigest digest = new DatasetDigest(random.nextInt(), random.nextInt());
            byte[] json = RecordMetadata.json(instance, plan, digest);
            RecordMetadata read = RecordMetadata.fromJson(json);
            assertThat(read.instance(0, LENGTH)).isEqualTo(instance);
            assertThat(read.plan()).isEqualTo(plan);
            assertThat(read.datasetDigest()).contains(digest);
            assertThat(json).isEqualTo(LIBRARY.writeValueAsBytes(read));
        }
    }

    @Test
    void a_text_that_was_cut_in_the_middle_of_a_character_is_written_and_read() throws Exception {
        byte[] json = RecordMetadata.json(instance("A\ud83d", Instant.EPOCH), plan(1), new DatasetDigest(1, 2));
        assertThat(RecordMetadata.fromJson(json).instance(0, LENGTH).patientId())
                .isEqualTo("A?");
    }

    private Instance instance(String patientId, Instant receivedAt) {
        return new Instance(
                0,
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3." + random.nextInt(1_000_000)),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                text(),
                text(),
                patientId,
                text(),
                text(),
                new Origin(AeTitle.of("A\"1"), AeTitle.of("GATEWAY"), "192.0.2.7"),
                receivedAt,
                LENGTH);
    }

    private Plan plan(int deliveries) {
        return new Plan(
                random.nextLong(),
                IntStream.range(0, deliveries)
                        .mapToObj(i -> new Plan.PlannedDelivery(
                                text(),
                                i + 1,
                                Stream.generate(this::text)
                                        .limit(1 + random.nextInt(3))
                                        .toList(),
                                random.nextInt(),
                                random.nextBoolean()))
                        .toList());
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
