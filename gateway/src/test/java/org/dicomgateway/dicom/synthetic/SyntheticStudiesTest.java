package org.dicomgateway.dicom.synthetic;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.galaxy.io.ImageInputStream;
import org.dicomgateway.dicom.synthetic.template.Template;
import org.dicomgateway.dicom.synthetic.template.TemplateException;
import org.dicomgateway.dicom.synthetic.template.TemplateParser;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticStudiesTest {

    /** SHA-256 over one image of each modality; it changes when what is generated changes, and then on purpose. */
    private static final String AS_EVER = "c8090efddea68c51604c483b07e9e5ff4bf9bc98e3571fcd36a382abac19e76b";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void the_same_seed_gives_the_same_bytes_and_another_seed_others(Modality modality) throws IOException {
        StudySpec spec = StudySpec.of(modality, 2);

        assertThat(bytes(only(spec))).isEqualTo(bytes(only(spec)));
        assertThat(bytes(only(spec))).isNotEqualTo(bytes(only(spec.withSeed(1))));
    }

    @Test
    void the_bytes_are_the_same_on_every_machine() throws IOException, GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Modality modality : Modality.values()) {
            digest.update(bytes(only(StudySpec.of(modality, 1))));
        }

        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(AS_EVER);
    }

    @Test
    void every_count_is_kept_and_series_take_the_modalities_in_turn() throws IOException {
        StudySpec spec = StudySpec.of(Modality.CT, 1)
                .withModalities(Modality.CT, Modality.SC)
                .withCounts(2, 3, 2, 2);

        List<Path> files = SyntheticStudies.of(spec).writeTo(folder);

        assertThat(files).hasSize(24).doesNotHaveDuplicates().allMatch(Files::isRegularFile);
        assertThat(folder.relativize(files.get(0))).hasToString("SYN0001/study-01/series-01-CT/0001.dcm");
        assertThat(folder.relativize(files.get(23))).hasToString("SYN0002/study-03/series-02-SC/0002.dcm");
        assertThat(filesUnder(folder)).containsExactlyInAnyOrderElementsOf(files);
        assertThat(SyntheticStudies.of(spec)).hasSize(24);
    }

    @Test
    void UIDs_are_valid_and_shared_only_within_their_level() {
        List<SyntheticInstance> all = list(StudySpec.of(Modality.MR, 1).withCounts(2, 2, 2, 3));

        assertThat(distinct(all, SyntheticInstance::studyInstance)).hasSize(4);
        assertThat(distinct(all, SyntheticInstance::seriesInstance)).hasSize(8);
        assertThat(distinct(all, SyntheticInstance::sopInstance))
                .hasSize(24)
                .allMatch(uid -> uid.value().matches("2\\.25\\.[1-9]\\d{0,38}"));
    }

    @Test
    void an_instance_that_differs_has_another_UID_than_the_one_it_differs_from() throws TemplateException {
        StudySpec spec = StudySpec.of(Modality.US, 1);
        Template template = new TemplateParser("t").parse(List.of("ImageComments = other"));

        Stream<StudySpec> others = Stream.of(
                spec,
                spec.withSeed(1),
                spec.withSize(ImageSize.of(new Matrix(64, 65))),
                spec.withFrames(2),
                spec.withModalities(Modality.SC),
                spec.withTemplate(template));

        assertThat(others.map(other -> only(other).sopInstance())).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void an_image_reads_back_as_what_it_says_it_is(Modality modality) throws IOException {
        // An odd number of odd rows: the 8-bit ones need padding.
        SyntheticInstance image = only(StudySpec.of(modality, 1).withSize(ImageSize.of(new Matrix(17, 19))));

        Attributes dataset = read(image);

        assertThat(dataset.getString(Tag.SOPClassUID))
                .isEqualTo(image.sopClass().value());
        assertThat(dataset.getString(Tag.SOPInstanceUID))
                .isEqualTo(image.sopInstance().value());
        assertThat(dataset.getString(Tag.StudyInstanceUID))
                .isEqualTo(image.studyInstance().value());
        assertThat(dataset.getString(Tag.SeriesInstanceUID))
                .isEqualTo(image.seriesInstance().value());
        assertThat(dataset.getString(Tag.PatientName)).isEqualTo("SYNTHETIC^PATIENT01");
        assertThat(dataset.getString(Tag.PatientID)).isEqualTo("SYN0001");
        assertThat(dataset.getString(0x0008001c)).isEqualTo("YES");
        assertThat(dataset.getInt(Tag.Rows, 0)).isEqualTo(17);
        assertThat(dataset.getInt(Tag.Columns, 0)).isEqualTo(19);
        long expected = 17L * 19 * dataset.getInt(Tag.SamplesPerPixel, 0) * dataset.getInt(Tag.BitsAllocated, 0) / 8;
        assertThat(image.pixelBytes()).isEqualTo(expected);
        assertThat(dataset.getBytes(Tag.PixelData)).hasSize((int) (expected + expected % 2));
    }

    @ParameterizedTest
    @EnumSource
    void successive_images_show_something_else(Modality modality) throws IOException {
        List<SyntheticInstance> two = list(StudySpec.of(modality, 2));

        assertThat(read(two.get(0)).getBytes(Tag.PixelData))
                .isNotEqualTo(read(two.get(1)).getBytes(Tag.PixelData));
    }

    @Test
    void slices_advance_by_their_thickness() throws IOException {
        List<SyntheticInstance> slices = list(StudySpec.of(Modality.CT, 3));

        List<Double> heights = new ArrayList<>();
        for (SyntheticInstance slice : slices) {
            heights.add(read(slice).getDoubles(Tag.ImagePositionPatient)[2]);
        }

        assertThat(heights).containsExactly(0.0, 2.5, 5.0);
        assertThat(read(slices.get(0)).getDouble(Tag.SliceThickness, 0)).isEqualTo(2.5);
    }

    @ParameterizedTest
    @CsvSource({"US, 1.2.840.10008.5.1.4.1.1.3.1", "SC, 1.2.840.10008.5.1.4.1.1.7.4"})
    void several_frames_make_the_multi_frame_form_of_the_image(Modality modality, Uid sopClass) throws IOException {
        SyntheticInstance clip = only(StudySpec.of(modality, 1).withFrames(5));

        Attributes dataset = read(clip);

        assertThat(clip.sopClass()).isEqualTo(sopClass);
        assertThat(dataset.getInt(Tag.NumberOfFrames, 0)).isEqualTo(5);
        assertThat(dataset.getInts(Tag.FrameIncrementPointer)).containsExactly(Tag.FrameTime);
        assertThat(dataset.getBytes(Tag.PixelData)).hasSize((int) clip.pixelBytes());
    }

    @Test
    void a_clip_larger_than_the_heap_is_written() throws IOException {
        long more = Runtime.getRuntime().maxMemory() + (64 << 20);
        int frames = (int) Math.min(1500, more / (3 * 512 * 512));
        SyntheticInstance clip = only(StudySpec.of(Modality.SC, 1)
                .withSize(ImageSize.of(new Matrix(512, 512)))
                .withFrames(frames));
        long[] written = {0};
        WriteListener count = bytes -> written[0] += bytes;

        clip.writeTo(count.listenTo(OutputStream.nullOutputStream()));

        assertThat(written[0]).isBetween(clip.pixelBytes(), clip.pixelBytes() + 4096);
    }

    @ParameterizedTest
    @EnumSource
    void a_size_in_bytes_is_met_to_within_a_row(Modality modality) throws IOException {
        for (int bytes : new int[] {8 << 10, 512 << 10}) {
            StudySpec spec = StudySpec.of(modality, 1).withSize(ImageSize.about(bytes));
            SyntheticInstance image = only(spec);

            int row = 3 * image.matrix().columns();
            assertThat((long) bytes(image).length).isBetween((long) bytes - row, (long) bytes + row);
            assertThat(SyntheticStudies.of(spec).expectedBytes()).isBetween((long) bytes - row, (long) bytes + row);
        }
    }

    @Test
    void what_cannot_be_is_refused_with_the_reason() {
        StudySpec ct = StudySpec.of(Modality.CT, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ct.withFrames(2))
                .withMessage("CT images have one frame; use US or SC for 2 frames");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ct.withCounts(1, 0, 1, 1))
                .withMessageContaining("studies, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SyntheticStudies.of(ct.withSize(ImageSize.about(1000))))
                .withMessageContaining("CT takes at least")
                .withMessageContaining("not 1000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SyntheticStudies.of(ct.withSize(ImageSize.of(new Matrix(65_535, 65_535)))))
                .withMessageContaining("a file can hold 4294967294");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.parse("512"))
                .withMessageContaining("for example 512x512");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Matrix.parse("15x70000"))
                .withMessageContaining("15x70000");
    }

    @Test
    void a_file_that_cannot_be_finished_is_not_left_behind() throws IOException {
        WriteListener full = bytes -> {
            throw new UncheckedIOException(new IOException("No space left on device"));
        };
        SyntheticInstance image = only(StudySpec.of(Modality.CT, 1));

        assertThatThrownBy(() -> image.writeTo(folder, full)).hasMessageContaining("No space left");

        assertThat(filesUnder(folder)).isEmpty();
    }

    @Test
    void a_listener_hears_of_every_byte_and_every_file() throws IOException {
        long[] heard = {0, 0};
        WriteListener listener = new WriteListener() {
            @Override
            public void wrote(long bytes) {
                heard[0] += bytes;
            }

            @Override
            public void finished() {
                heard[1]++;
            }
        };

        SyntheticStudies.of(StudySpec.of(Modality.MG, 3)).writeTo(folder, listener);

        long size = 0;
        for (Path file : filesUnder(folder)) {
            size += Files.size(file);
        }
        assertThat(heard).containsExactly(size, 3);
    }

    private static SyntheticInstance only(StudySpec spec) {
        return SyntheticStudies.of(spec).iterator().next();
    }

    private static List<SyntheticInstance> list(StudySpec spec) {
        return StreamSupport.stream(SyntheticStudies.of(spec).spliterator(), false)
                .toList();
    }

    private static Set<Uid> distinct(List<SyntheticInstance> all, Function<SyntheticInstance, Uid> uid) {
        return all.stream().map(uid).collect(toSet());
    }

    private static byte[] bytes(SyntheticInstance image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        image.writeTo(out);
        return out.toByteArray();
    }

    private static Attributes read(SyntheticInstance image) throws IOException {
        try (ImageInputStream in = new ImageInputStream(new ByteArrayInputStream(bytes(image)))) {
            return in.readDataset(-1, -1);
        }
    }

    private static List<Path> filesUnder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
