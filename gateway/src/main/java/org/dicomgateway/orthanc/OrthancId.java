package org.dicomgateway.orthanc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.Uid;

/**
 * Orthanc's own ID of a patient, study, series or instance: a SHA-1 of its identifiers, in five groups of eight hex
 * digits. It can be computed from the identifiers, so no search is needed to find an instance on a server.
 */
public record OrthancId(String value) implements Comparable<OrthancId> {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}");

    /**
     * Checks the form of the ID. A valid ID is safe in a URL.
     *
     * @throws IllegalArgumentException when the text is not an Orthanc ID
     */
    public OrthancId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "an Orthanc ID is five groups of eight hex digits: '" + Text.printable(value, 44) + "'");
        }
    }

    /**
     * The ID of an instance. As in Orthanc, the PatientID counts without trailing spaces, and is empty when missing.
     */
    public static OrthancId ofInstance(String patientId, Uid study, Uid series, Uid sopInstance) {
        return hash(patientId.stripTrailing() + "|" + study + "|" + series + "|" + sopInstance);
    }

    /** The ID of a series. */
    public static OrthancId ofSeries(String patientId, Uid study, Uid series) {
        return hash(patientId.stripTrailing() + "|" + study + "|" + series);
    }

    /** The ID of a study. */
    public static OrthancId ofStudy(String patientId, Uid study) {
        return hash(patientId.stripTrailing() + "|" + study);
    }

    /** The ID of a patient. */
    public static OrthancId ofPatient(String patientId) {
        return hash(patientId.stripTrailing());
    }

    private static OrthancId hash(String identifiers) {
        String hex = HexFormat.of().formatHex(sha1().digest(identifiers.getBytes(StandardCharsets.UTF_8)));
        return new OrthancId(String.join(
                "-",
                hex.substring(0, 8),
                hex.substring(8, 16),
                hex.substring(16, 24),
                hex.substring(24, 32),
                hex.substring(32)));
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    @Override
    public int compareTo(OrthancId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
