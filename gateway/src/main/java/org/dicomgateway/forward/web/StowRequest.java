package org.dicomgateway.forward.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.association.Outgoing;

/**
 * The bytes of a request with one instance (PS3.18 8.6.1.2.1): one part, a part-10 file. Its file meta information is
 * the same each time: some servers take a repeat for another instance when that differs. For one thread, once.
 */
final class StowRequest {

    /**
     * Not in any dataset, except by intent: and then the length of the request tells where it ends. Always the same, so
     * that a repeat has the same bytes.
     */
    private static final String BOUNDARY = "dicom-gateway-9f1c5d0e7a3b4c62";

    static final String CONTENT_TYPE = "multipart/related; type=\"application/dicom\"; boundary=" + BOUNDARY;

    private final byte[] head;
    private final byte[] tail;
    private final Outgoing outgoing;
    private int headRead;
    private int tailRead;
    private boolean datasetRead;

    StowRequest(Outgoing outgoing) {
        PresentationPair pair = outgoing.pair();
        byte[] part = ("--" + BOUNDARY + "\r\nContent-Type: application/dicom\r\n\r\n").getBytes(US_ASCII);
        byte[] meta = Part10.prefix(pair.sopClass(), outgoing.sopInstance(), pair.transferSyntax());
        this.head = new byte[part.length + meta.length];
        System.arraycopy(part, 0, head, 0, part.length);
        System.arraycopy(meta, 0, head, part.length, meta.length);
        this.tail = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(US_ASCII);
        this.outgoing = outgoing;
    }

    /** The length of the whole, in bytes; negative when it is not known. */
    long length() {
        return outgoing.length() == Outgoing.UNKNOWN ? -1 : head.length + outgoing.length() + tail.length;
    }

    /**
     * Fills the array with the next bytes. The end of the request comes only after the end of the dataset was read,
     * with which its checksum was right.
     *
     * @return how many; 0 when there are none left
     * @throws IOException when the dataset cannot be read
     */
    int read(byte[] into) throws IOException {
        int n = Math.min(into.length, head.length - headRead);
        System.arraycopy(head, headRead, into, 0, n);
        headRead += n;
        InputStream dataset = outgoing.dataset();
        while (n < into.length && !datasetRead) {
            int more = dataset.read(into, n, into.length - n);
            datasetRead = more < 0;
            n += Math.max(0, more);
        }
        int last = datasetRead ? Math.min(into.length - n, tail.length - tailRead) : 0;
        System.arraycopy(tail, tailRead, into, n, last);
        tailRead += last;
        return n + last;
    }

    /** Whether all of it was read. */
    boolean isRead() {
        return tailRead == tail.length;
    }
}
