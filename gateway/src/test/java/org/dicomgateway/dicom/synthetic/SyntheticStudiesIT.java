package org.dicomgateway.dicom.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** DCMTK reads what is made without a complaint, and draws it. */
class SyntheticStudiesIT {

    private static final int TIMEOUT_SECONDS = 60;

    @TempDir
    private Path folder;

    static Stream<StudySpec> one_of_each() {
        return Stream.concat(
                Stream.of(Modality.values()).map(modality -> StudySpec.of(modality, 1)),
                Stream.of(Modality.values())
                        .filter(Modality::supportsFrames)
                        .map(modality -> StudySpec.of(modality, 1).withFrames(3)));
    }

    @ParameterizedTest
    @MethodSource("one_of_each")
    void dcmdump_has_nothing_to_complain_of(StudySpec spec) throws IOException, InterruptedException {
        Path file = SyntheticStudies.of(spec).writeTo(folder).get(0);

        assertThat(complaintsOf("dcmdump", file.toString())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("one_of_each")
    void dcm2pnm_draws_every_frame(StudySpec spec) throws IOException, InterruptedException {
        Path file = SyntheticStudies.of(spec).writeTo(folder).get(0);
        Path picture = folder.resolve("picture");

        // Its one complaint is that newer versions call it dcm2img; older ones have only this name.
        complaintsOf("dcm2pnm", "--all-frames", "--write-png", file.toString(), picture.toString());

        try (Stream<Path> pictures = Files.list(folder).filter(Files::isRegularFile)) {
            assertThat(pictures.filter(it -> it.getFileName().toString().endsWith(".png")))
                    .hasSize(spec.frames());
        }
    }

    private String complaintsOf(String... command) throws IOException, InterruptedException {
        Path complaints = Files.createTempFile("dcmtk", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(complaints.toFile())
                    .start();
            try {
                assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                        .as("%s ends within %d s", command[0], TIMEOUT_SECONDS)
                        .isTrue();
                assertThat(process.exitValue()).as(Files.readString(complaints)).isZero();
            } finally {
                process.destroyForcibly();
            }
            return Files.readString(complaints);
        } finally {
            Files.delete(complaints);
        }
    }
}
