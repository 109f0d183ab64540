package org.dicomgateway.torture;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;

/**
 * An instance that a sender saw answered with 0x0000.
 *
 * @param everywhere whether every server must have it; two of them otherwise
 * @param digest of the dataset, as it was sent
 */
record Sent(OrthancId id, boolean everywhere, String digest) {

    static Sent of(TestFile file) {
        return new Sent(
                OrthancId.ofInstance(file.patientId(), file.study(), file.series(), file.sopInstance()),
                file.sopClass().equals(TestFiles.CT),
                digest(Part10.dataset(file.path())));
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
