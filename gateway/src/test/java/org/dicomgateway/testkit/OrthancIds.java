package org.dicomgateway.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.OrthancId;

/** Calculates Orthanc's IDs, a SHA-1 of the identifiers, so that a test need not search for what it sent. */
public final class OrthancIds {

    private OrthancIds() {}

    /**
     * The ID of an instance. As in Orthanc, the PatientID counts without trailing spaces, and is empty when missing.
     */
    public static OrthancId ofInstance(String patientId, Uid study, Uid series, Uid sopInstance) {
        return hash(patientId.stripTrailing() + "|" + study + "|" + series + "|" + sopInstance);
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
}
