package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dicomgateway.transform.Transforms.EXPLICIT;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.OrthancServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second opinion: what Orthanc's own anonymization leaves of the same instance, and what the profile leaves. */
class OrthancAnonymizationIT {

    /** An attribute at the top of a dump, with a value. */
    private static final Pattern VALUED =
            Pattern.compile("(?m)^\\((?!0002|fffe)[0-9a-f]{4},[0-9a-f]{4}\\) .. (?!\\(no value).*#.*[0-9] (\\S+)$");

    @TempDir
    private Path directory;

    private static Dataset rich() {
        return Dataset.ct("1.2.826.0.1.3680043.8.1055.9")
                .text("InstanceCreationDate", "20250102")
                .text("InstanceCreatorUID", "1.2.826.0.1.3680043.8.1055.77")
                .text("SeriesDate", "20250102")
                .text("ContentDate", "20250102")
                .text("StudyTime", "101112")
                .text("AcquisitionDateTime", "20250102101112")
                .text("AccessionNumber", "A4711")
                .text("Manufacturer", "ACME")
                .text("ManufacturerModelName", "Scan 1")
                .text("InstitutionName", "HOSPITAL")
                .text("InstitutionalDepartmentName", "RADIOLOGY")
                .text("ReferringPhysicianName", "REF^ERRING")
                .text("StationName", "CT1")
                .text("StudyDescription", "HEAD OF DOE")
                .text("SeriesDescription", "AXIAL OF DOE")
                .text("OperatorsName", "OPE^RATOR")
                .text("DerivationDescription", "MADE FOR DOE")
                .text("PatientBirthDate", "19700101")
                .text("PatientSex", "M")
                .text("PatientAge", "055Y")
                .text("PatientWeight", "80")
                .text("PatientComments", "COMMENT ON DOE")
                .text("Occupation", "BAKER")
                .text("ContrastBolusAgent", "AGENT FOR DOE")
                .text("BodyPartExamined", "HEAD")
                .text("KVP", "120")
                .text("SliceThickness", "5")
                .text("DeviceSerialNumber", "4711")
                .text("SoftwareVersions", "1.0")
                .text("ProtocolName", "PROTOCOL FOR DOE")
                .text("ConvolutionKernel", "B30")
                .text("PatientPosition", "HFS")
                .text("StudyID", "17")
                .text("SeriesNumber", "1")
                .text("InstanceNumber", "3")
                .text("ImagePositionPatient", "0\\0\\0")
                .text("FrameOfReferenceUID", "1.2.826.0.1.3680043.8.1055.78")
                .text("ImageComments", "COMMENT ON IMAGE")
                .text("RescaleSlope", "1")
                .text("WindowCenter", "40")
                .text("RequestedProcedureDescription", "REQUEST FOR DOE")
                .text("PerformedProcedureStepID", "P1")
                .text("NameOfPhysiciansReadingStudy", "REA^DER")
                .text(0x00190010, "LO", "ACME PRIVATE", StandardCharsets.US_ASCII)
                .text(0x00191001, "LO", "PRIVATE OF DOE", StandardCharsets.US_ASCII)
                .items(
                        "ReferencedStudySequence",
                        new Dataset().text("ReferencedSOPInstanceUID", "1.2.826.0.1.3680043.8.1055.79"))
                .items(
                        "RequestAttributesSequence",
                        new Dataset().text("ScheduledProcedureStepDescription", "STEP FOR DOE"))
                .bytes(0x60000010, "US", new byte[] {1, 0})
                .bytes(0x60003000, "OW", new byte[] {1, 1});
    }

    private Path file(String name, byte[] dataset, String sopInstance) throws IOException {
        Path file = directory.resolve(name);
        Files.write(
                file,
                Part10.prefix(Uid.of("1.2.840.10008.5.1.4.1.1.2"), Uid.of(sopInstance), EXPLICIT, Transforms.ORIGIN));
        return Files.write(file, dataset, java.nio.file.StandardOpenOption.APPEND);
    }

    private static Set<String> valued(Path file) {
        Set<String> found = new TreeSet<>();
        Matcher matcher =
                VALUED.matcher(Dcmtk.run("dcmdump", file.toString()).orFail().output());
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    private byte[] anonymizedBy(OrthancServer server, Path file) throws IOException, InterruptedException {
        server.upload(file);
        String id = server.rest()
                .find(Uid.of("1.2.826.0.1.3680043.8.1055.9"))
                .get(0)
                .toString();
        HttpResponse<byte[]> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:%d/instances/%s/anonymize".formatted(server.httpPort(), id)))
                                .header(
                                        "Authorization",
                                        "Basic "
                                                + Base64.getEncoder()
                                                        .encodeToString(
                                                                "orthanc:orthanc".getBytes(StandardCharsets.UTF_8)))
                                .POST(BodyPublishers.ofString("{}"))
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void what_Orthanc_and_the_profile_leave_differs_only_as_documented() throws Exception {
        byte[] received = rich().encode(EXPLICIT);
        Path original = file("original.dcm", received, "1.2.826.0.1.3680043.8.1055.9");
        Path ours = file("ours.dcm", Transforms.apply(Transforms.profile(), received, EXPLICIT), "2.25.1");
        Path theirs = directory.resolve("theirs.dcm");
        try (OrthancServer server = OrthancServer.start(directory, "ORTHANC")) {
            Files.write(theirs, anonymizedBy(server, original));
        }
        Set<String> onlyOurs = valued(ours);
        onlyOurs.removeAll(valued(theirs));
        Set<String> onlyTheirs = valued(theirs);
        onlyTheirs.removeAll(valued(ours));
        assertThat(onlyOurs)
                .containsExactlyInAnyOrder(
                        "AcquisitionDateTime",
                        "ContentDate",
                        "DeidentificationMethodCodeSequence",
                        "DeviceSerialNumber",
                        "LongitudinalTemporalInformationModified",
                        "SeriesDate");
        assertThat(onlyTheirs).containsExactlyInAnyOrder("OverlayData", "OverlayRows", "PatientName");
    }
}
