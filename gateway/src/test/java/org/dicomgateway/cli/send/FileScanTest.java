package org.dicomgateway.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.dicomgateway.cli.send.FileScan.Found;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Elements;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileScanTest {

    @TempDir
    private Path folder;

    @Test
    void finds_DICOM_files_in_all_folders_below_and_counts_the_rest() throws IOException {
        TestFiles deep = new TestFiles(folder.resolve("a/b/c"), 1);
        List<TestFile> study = deep.study(1, 3, 2000);
        TestFile top = new TestFiles(folder.resolve("z"), 2).single(2000);
        Files.writeString(folder.resolve("README.txt"), "no DICOM");
        Files.writeString(folder.resolve("a/empty"), "");
        Files.write(folder.resolve("DICOMDIR"), dicomdir());

        Found found = FileScan.of(List.of(folder));

        assertThat(found.files())
                .extracting(DicomFile::sopInstance)
                .containsExactlyInAnyOrder(
                        study.get(0).sopInstance(),
                        study.get(1).sopInstance(),
                        study.get(2).sopInstance(),
                        top.sopInstance());
        assertThat(found.files()).extracting(DicomFile::path).isSorted();
        assertThat(found.notDicom()).isEqualTo(2);
        assertThat(found.dicomdirs()).isEqualTo(1);
        assertThat(found.unreadable()).isEmpty();
    }

    @Test
    void finds_the_SOP_class_of_a_file_and_where_its_dataset_begins() throws IOException {
        TestFile file = new TestFiles(folder, 3).single(2000);

        DicomFile found = FileScan.of(List.of(file.path())).files().get(0);

        assertThat(found.pair().sopClass()).isEqualTo(TestFiles.CT);
        assertThat(found.pair().transferSyntax()).isEqualTo(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        byte[] all = Files.readAllBytes(file.path());
        assertThat(found.datasetOffset() + found.bytes()).isEqualTo(all.length);
        assertThat(all[(int) found.datasetOffset()])
                .as("(0008,0016), little endian")
                .isEqualTo((byte) 8);
    }

    @Test
    void a_path_named_twice_is_searched_once_and_a_circular_link_ends() throws IOException {
        TestFile file = new TestFiles(folder.resolve("a"), 4).single(2000);
        Files.createSymbolicLink(folder.resolve("a/up"), folder.resolve("a"));

        Found found = FileScan.of(List.of(file.path(), folder, folder.resolve("a/../a")));

        assertThat(found.files()).hasSize(1);
        assertThat(found.unreadable())
                .extracting(FileScan.Unreadable::reason)
                .contains("a link leads back to a folder above");
    }

    @Test
    void missing_and_damaged_files_are_listed_with_a_reason() throws IOException {
        TestFile file = new TestFiles(folder, 5).single(2000);
        Path cut = folder.resolve("cut.dcm");
        Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(file.path()), 150));
        Path missing = folder.resolve("missing");

        Found found = FileScan.of(List.of(cut, missing));

        assertThat(found.files()).isEmpty();
        assertThat(found.unreadable()).extracting(FileScan.Unreadable::path).containsExactly(cut, missing);
        assertThat(found.unreadable().get(0).reason()).contains("file meta information");
        assertThat(found.unreadable().get(1).reason()).isEqualTo("no such file");
    }

    private static byte[] dicomdir() {
        Uid mediaDirectory = Uid.of("1.2.840.10008.1.3.10");
        return new Elements()
                .text(0x0004, 0x1130, "CS", "MEDIUM")
                .toPart10(mediaDirectory, Uid.of("2.25.9"), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }
}
