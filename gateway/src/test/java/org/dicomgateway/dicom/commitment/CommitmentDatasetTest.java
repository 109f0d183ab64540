package org.dicomgateway.dicom.commitment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.io.ImageInputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.dicomgateway.dicom.EncodedDataset;
import org.dicomgateway.dicom.commitment.CommitmentResult.Failure;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The datasets of storage commitment, as peers write them, right and wrong. */
class CommitmentDatasetTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final int TRANSACTION = 0x00081195;
    private static final int REFERENCED = 0x00081199;
    private static final int CLASS = 0x00081150;
    private static final int INSTANCE = 0x00081155;
    private static final int ITEM = 0xFFFEE000;

    static List<TransferSyntax> syntaxes() {
        return List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void a_request_with_delimited_sequences_is_read(TransferSyntax syntax) throws Exception {
        EncodedDataset dataset = begin(syntax).beginSequence(REFERENCED);
        for (int i = 1; i <= 3; i++) {
            dataset.beginItem()
                    .text(CLASS, "UI", even(CT))
                    .text(INSTANCE, "UI", even("1.2.3." + i))
                    .endItem();
        }
        assertThat(read(dataset.endSequence(), syntax))
                .isEqualTo(new CommitmentRequest(
                        Uid.of("1.2.3"), List.of(reference("1.2.3.1"), reference("1.2.3.2"), reference("1.2.3.3"))));
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void a_request_with_lengths_and_other_attributes_is_read(TransferSyntax syntax) throws Exception {
        byte[] first = item(syntax, "1.2.3.1");
        byte[] second = item(syntax, "1.2.3.2");
        EncodedDataset nested = new EncodedDataset(syntax)
                .text(0x00080005, "CS", "ISO_IR 192")
                .beginSequence(0x00081111)
                .beginItem()
                .beginSequence(0x00081199)
                .beginItem()
                .text(INSTANCE, "UI", even("9.9.9"))
                .endItem()
                .endSequence()
                .endItem()
                .endSequence()
                .text(TRANSACTION, "UI", even("1.2.3"))
                .header(REFERENCED, "SQ", first.length + second.length)
                .raw(first)
                .raw(second);
        assertThat(read(nested, syntax).references()).containsExactly(reference("1.2.3.1"), reference("1.2.3.2"));
    }

    @Test
    void an_instance_that_is_named_twice_counts_once() throws Exception {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        byte[] item = item(syntax, "1.2.3.1");
        EncodedDataset dataset = begin(syntax)
                .header(REFERENCED, "SQ", 2 * item.length)
                .raw(item)
                .raw(item);
        assertThat(read(dataset, syntax).references()).containsExactly(reference("1.2.3.1"));
    }

    @Test
    void ten_thousand_instances_are_taken_and_one_more_is_too_many() throws Exception {
        assertThat(read(withInstances(10_000), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
                        .references())
                .hasSize(10_000);
        assertRefused(
                DimseStatus.RESOURCE_LIMITATION,
                () -> read(withInstances(10_001), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    }

    @Test
    void a_dataset_without_end_is_refused_when_it_is_too_long() {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        EncodedDataset dataset = begin(syntax).bytes(0x00420011, "OB", new byte[9 << 20]);
        assertRefused(DimseStatus.RESOURCE_LIMITATION, () -> read(dataset, syntax));
    }

    @Test
    void a_hundred_thousand_nested_sequences_are_skipped() throws Exception {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        EncodedDataset dataset = new EncodedDataset(syntax);
        for (int i = 0; i < 100_000; i++) {
            dataset.beginSequence(0x00081111).beginItem();
        }
        for (int i = 0; i < 100_000; i++) {
            dataset.endItem().endSequence();
        }
        byte[] item = item(syntax, "1.2.3.1");
        dataset.text(TRANSACTION, "UI", even("1.2.3"))
                .header(REFERENCED, "SQ", item.length)
                .raw(item);
        assertThat(read(dataset, syntax).references()).containsExactly(reference("1.2.3.1"));
    }

    @Test
    void what_is_missing_or_wrong_is_refused_with_its_status() {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        byte[] item = item(syntax, "1.2.3.1");
        assertRefused(
                DimseStatus.MISSING_ATTRIBUTE,
                () -> read(
                        new EncodedDataset(syntax)
                                .header(REFERENCED, "SQ", item.length)
                                .raw(item),
                        syntax));
        assertRefused(DimseStatus.MISSING_ATTRIBUTE, () -> read(begin(syntax), syntax));
        assertRefused(
                DimseStatus.INVALID_ATTRIBUTE_VALUE,
                () -> read(new EncodedDataset(syntax).text(TRANSACTION, "UI", "../etc"), syntax));
        assertRefused(
                DimseStatus.INVALID_ATTRIBUTE_VALUE,
                () -> read(
                        begin(syntax)
                                .beginSequence(REFERENCED)
                                .beginItem()
                                .endItem()
                                .endSequence(),
                        syntax));
    }

    @Test
    void lengths_that_do_not_fit_are_refused() {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        byte[] item = item(syntax, "1.2.3.1");
        for (int wrong : List.of(item.length - 2, item.length + 2, 0x7FFFFFF0)) {
            assertRefused(
                    DimseStatus.PROCESSING_FAILURE,
                    () -> read(begin(syntax).header(REFERENCED, "SQ", wrong).raw(item), syntax));
        }
        assertRefused(
                DimseStatus.PROCESSING_FAILURE,
                () -> read(begin(syntax).header(INSTANCE, "UI", 6).raw(new byte[2]), syntax));
    }

    @Test
    void every_cut_off_request_is_refused() throws Exception {
        TransferSyntax syntax = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
        byte[] item = item(syntax, "1.2.3.1");
        byte[] whole =
                begin(syntax).header(REFERENCED, "SQ", item.length).raw(item).toByteArray();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> ActionInformation.read(new ByteArrayInputStream(cut), syntax))
                    .as("cut after " + length)
                    .isInstanceOf(RefusedMessageException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void the_toolkit_reads_a_report(TransferSyntax syntax) throws Exception {
        CommitmentResult result = new CommitmentResult(
                Uid.of("1.2.3"),
                List.of(reference("1.2.3.4"), reference("1.2.3.55")),
                List.of(
                        new Failure(reference("1.2.3.6"), FailureReason.NO_SUCH_OBJECT_INSTANCE),
                        new Failure(reference("1.2.3.77"), FailureReason.PROCESSING_FAILURE)));
        Attributes read = parsed(EventInformation.write(result, syntax), syntax);
        assertThat(result.eventType()).isEqualTo(2);
        assertThat(read.getString(Tag.TransactionUID)).isEqualTo("1.2.3");
        assertThat(read.getSequence(Tag.ReferencedSOPSequence))
                .extracting(item -> item.getString(Tag.ReferencedSOPInstanceUID))
                .containsExactly("1.2.3.4", "1.2.3.55");
        assertThat(read.getSequence(Tag.ReferencedSOPSequence))
                .extracting(item -> item.getString(Tag.ReferencedSOPClassUID))
                .containsOnly(CT);
        assertThat(read.getSequence(Tag.FailedSOPSequence))
                .extracting(item -> item.getString(Tag.ReferencedSOPInstanceUID) + " "
                        + Integer.toHexString(item.getInt(Tag.FailureReason, 0)))
                .containsExactly("1.2.3.6 112", "1.2.3.77 110");
    }

    @Test
    void a_report_of_success_has_no_failed_sequence() throws Exception {
        CommitmentResult result = new CommitmentResult(Uid.of("1.2.3"), List.of(reference("1.2.3.4")), List.of());
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        assertThat(result.eventType()).isEqualTo(1);
        assertThat(parsed(EventInformation.write(result, syntax), syntax).contains(Tag.FailedSOPSequence))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("syntaxes")
    void what_is_written_is_read_back(TransferSyntax syntax) throws Exception {
        CommitmentResult result = new CommitmentResult(
                Uid.of("1.2.3"),
                List.of(reference("1.2.3.4")),
                List.of(
                        new Failure(reference("1.2.3.6"), FailureReason.NO_SUCH_OBJECT_INSTANCE),
                        new Failure(reference("1.2.3.77"), new FailureReason(0xC123))));
        assertThat(EventInformation.read(new ByteArrayInputStream(EventInformation.write(result, syntax)), syntax))
                .isEqualTo(result);
        assertThat(result.failed().get(1).reason()).hasToString("0xC123, a reason that the standard does not define");

        CommitmentRequest request = new CommitmentRequest(Uid.of("1.2.3"), List.of(reference("1.2.3.4")));
        byte[] written = ActionInformation.write(request, syntax);
        assertThat(ActionInformation.read(new ByteArrayInputStream(written), syntax))
                .isEqualTo(request);
        assertThat(parsed(written, syntax).getSequence(Tag.ReferencedSOPSequence))
                .extracting(item -> item.getString(Tag.ReferencedSOPInstanceUID))
                .containsExactly("1.2.3.4");
    }

    @Test
    void a_report_of_too_many_or_with_a_reason_that_is_no_number_is_refused() {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        byte[] many = EventInformation.write(
                new CommitmentResult(
                        Uid.of("1.2.3"),
                        IntStream.range(0, 6_000)
                                .mapToObj(i -> reference("1.2.3." + i))
                                .toList(),
                        IntStream.range(0, 6_000)
                                .mapToObj(i -> new Failure(reference("1.2.4." + i), FailureReason.PROCESSING_FAILURE))
                                .toList()),
                syntax);
        assertThatThrownBy(() -> EventInformation.read(new ByteArrayInputStream(many), syntax))
                .isInstanceOf(RefusedMessageException.class)
                .hasMessage("more than 10000 instances in one message");
        byte[] content = new EncodedDataset(syntax)
                .text(CLASS, "UI", even(CT))
                .text(INSTANCE, "UI", even("1.2.3.4"))
                .text(0x00081197, "US", "four")
                .toByteArray();
        byte[] item = new EncodedDataset(syntax)
                .delimiter(ITEM, content.length)
                .raw(content)
                .toByteArray();
        byte[] odd =
                begin(syntax).header(0x00081198, "SQ", item.length).raw(item).toByteArray();
        assertThatThrownBy(() -> EventInformation.read(new ByteArrayInputStream(odd), syntax))
                .isInstanceOf(RefusedMessageException.class)
                .hasMessageContaining("a Failure Reason that is no number of two bytes");
    }

    private static Attributes parsed(byte[] dataset, TransferSyntax syntax) throws IOException {
        try (ImageInputStream in = new ImageInputStream(
                new ByteArrayInputStream(dataset), syntax.uid().value())) {
            return in.readDataset(-1, -1);
        }
    }

    private static EncodedDataset withInstances(int count) {
        TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        List<byte[]> items = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> items.add(item(syntax, "1.2.3." + i)));
        EncodedDataset dataset = begin(syntax)
                .header(
                        REFERENCED,
                        "SQ",
                        items.stream().mapToInt(item -> item.length).sum());
        items.forEach(dataset::raw);
        return dataset;
    }

    private static byte[] item(TransferSyntax syntax, String instance) {
        byte[] content = new EncodedDataset(syntax)
                .text(CLASS, "UI", even(CT))
                .text(INSTANCE, "UI", even(instance))
                .toByteArray();
        return new EncodedDataset(syntax)
                .delimiter(ITEM, content.length)
                .raw(content)
                .toByteArray();
    }

    private static EncodedDataset begin(TransferSyntax syntax) {
        return new EncodedDataset(syntax).text(TRANSACTION, "UI", even("1.2.3"));
    }

    private static CommitmentRequest read(EncodedDataset dataset, TransferSyntax syntax)
            throws RefusedMessageException, IOException {
        return ActionInformation.read(new ByteArrayInputStream(dataset.toByteArray()), syntax);
    }

    private static SopReference reference(String instance) {
        return new SopReference(Uid.of(CT), Uid.of(instance));
    }

    private static String even(String uid) {
        return uid.length() % 2 == 0 ? uid : uid + "\0";
    }

    private static void assertRefused(int status, ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        RefusedMessageException.class,
                        refused -> assertThat(refused.status()).isEqualTo(status));
    }
}
