package org.dicomgateway.torture;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.OrthancIds;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;

/**
 * An instance as a sender offered it.
 *
 * @param everywhere whether every server must have it; two of them otherwise
 * @param version 1, or more when it was sent before with other content: the sender saw the one before answered with
 *     0x0000 first
 * @param bytes length of the dataset: no two versions of an instance have the same
 * @param digest of the dataset, as it was sent
 * @param answered whether the sender saw it answered with 0x0000
 */
record Sent(
        OrthancId id,
        String sopInstance,
        boolean everywhere,
        int version,
        long bytes,
        String digest,
        boolean answered) {

    static Sent of(TestFile file, int version, boolean answered) {
        byte[] dataset = Part10.dataset(file.path());
        return new Sent(
                OrthancIds.ofInstance(file.patientId(), file.study(), file.series(), file.sopInstance()),
                file.sopInstance().value(),
                file.sopClass().equals(TestFiles.CT),
                version,
                dataset.length,
                digest(dataset),
                answered);
    }

    static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
