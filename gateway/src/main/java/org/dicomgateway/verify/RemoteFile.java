package org.dicomgateway.verify;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.TransferSyntax;

/** A server's DICOM file while it is read: what comes before its dataset is read first, the dataset is left. */
final class RemoteFile implements AutoCloseable {

    /** Preamble, prefix, and the group length of the file meta information (PS3.10 7.1). */
    private static final int HEAD = 144;

    private static final int GROUP_LENGTH_AT = 132;
    private static final int LONGEST_META = 1 << 20;

    private final MessageDigest md5;
    private final InputStream file;
    private final TransferSyntax transferSyntax;

    /**
     * Reads everything before the dataset.
     *
     * @param in closed together with this file
     * @throws UnreadableDatasetException when it is not a part-10 file with a group length
     */
    RemoteFile(InputStream in) throws IOException {
        md5 = md5();
        file = new DigestInputStream(in, md5);
        byte[] head = file.readNBytes(HEAD);
        ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        if (head.length < HEAD || numbers.getInt(GROUP_LENGTH_AT) != 0x00000002) {
            throw new UnreadableDatasetException("the server's file has no file meta information");
        }
        int length = numbers.getInt(HEAD - 4);
        if (length < 0 || length > LONGEST_META) {
            throw new UnreadableDatasetException("the server's file has " + length + " bytes of meta information");
        }
        byte[] meta = file.readNBytes(length);
        transferSyntax = Part10.read(
                        new SequenceInputStream(new ByteArrayInputStream(head), new ByteArrayInputStream(meta)))
                .transferSyntax();
    }

    TransferSyntax transferSyntax() {
        return transferSyntax;
    }

    /** The dataset. */
    InputStream dataset() {
        return file;
    }

    /** The MD5 of the whole file, in hex. Call this once, after the dataset was read to its end. */
    String md5Hex() {
        return HexFormat.of().formatHex(md5.digest());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
