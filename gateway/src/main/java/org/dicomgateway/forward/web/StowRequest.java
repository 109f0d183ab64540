package org.dicomgateway.forward.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.forward.association.Outgoing;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Outbox.SentAs;

/**
 * A request that is being written (PS3.18 8.6.1.2.1): one part for each instance, a part-10 file. The file meta
 * information of an instance is the same each time: some servers take a repeat for another instance when that differs.
 * For one thread.
 */
final class StowRequest {

    /**
     * Not in any dataset, except by intent; servers take it only at the beginning of a line. Always the same, so that
     * a repeat has the same bytes.
     */
    private static final String BOUNDARY = "dicom-gateway-9f1c5d0e7a3b4c62";

    static final String CONTENT_TYPE = "multipart/related; type=\"application/dicom\"; boundary=" + BOUNDARY;

    private static final byte[] PART =
            ("\r\n--" + BOUNDARY + "\r\nContent-Type: application/dicom\r\n\r\n").getBytes(US_ASCII);
    private static final byte[] TAIL = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(US_ASCII);
    /** The first part begins without an empty line. */
    private static final int FIRST = 2;

    private static final int PIECE = 64 * ByteSize.KIB;

    /** An instance in it. */
    record Part(Claim claim, Uid sopInstance, Optional<SentAs> sentAs) {}

    private final Upload upload;
    private final Optional<String> login;
    private final boolean single;
    private final boolean hasLength;
    private final List<Part> parts = new ArrayList<>();
    private byte[] piece = new byte[PIECE];
    private int filled;
    private long written;
    private boolean over;

    /**
     * Begins a request.
     *
     * @param login with which it is made
     * @param single whether it has one instance
     */
    StowRequest(Upload upload, Optional<String> login, boolean single, boolean hasLength) {
        this.upload = upload;
        this.login = login;
        this.single = single;
        this.hasLength = hasLength;
    }

    /** The length of a request with this instance alone, in bytes; negative when it is not known. */
    static long length(Outgoing outgoing) {
        return outgoing.length() == Outgoing.UNKNOWN
                ? -1
                : PART.length - FIRST + meta(outgoing).length + outgoing.length() + TAIL.length;
    }

    private static byte[] meta(Outgoing outgoing) {
        return Part10.prefix(
                outgoing.pair().sopClass(),
                outgoing.sopInstance(),
                outgoing.pair().transferSyntax());
    }

    /**
     * Writes the next instance. After the server has answered, nothing more is written.
     *
     * @throws IOException when the dataset cannot be read: the server then gets no complete request
     */
    void add(Claim claim, Outgoing outgoing) throws AssociationException, IOException {
        int from = parts.isEmpty() ? FIRST : 0;
        parts.add(new Part(claim, outgoing.sopInstance(), outgoing.sentAs()));
        put(PART, from);
        put(meta(outgoing), 0);
        InputStream dataset = outgoing.dataset();
        while (!over) {
            int n = read(dataset);
            if (n < 0) {
                return;
            }
            filled += n;
            flushIfFull();
        }
    }

    private int read(InputStream dataset) throws IOException {
        try {
            return dataset.read(piece, filled, piece.length - filled);
        } catch (IOException | RuntimeException e) {
            upload.fail(e);
            throw e;
        }
    }

    private void put(byte[] bytes, int from) throws AssociationException {
        for (int at = from; at < bytes.length && !over; ) {
            int n = Math.min(bytes.length - at, piece.length - filled);
            System.arraycopy(bytes, at, piece, filled, n);
            at += n;
            filled += n;
            flushIfFull();
        }
    }

    private void flushIfFull() throws AssociationException {
        if (filled == piece.length) {
            flush();
        }
    }

    private void flush() throws AssociationException {
        over = !upload.write(ByteBuffer.wrap(piece, 0, filled));
        written += filled;
        filled = 0;
        piece = new byte[PIECE];
    }

    /** Writes the end, and waits for the answer. */
    HttpResponse<byte[]> finish() throws AssociationException {
        put(TAIL, 0);
        if (!over && filled > 0) {
            flush();
        }
        return upload.answer(!over);
    }

    boolean isSingle() {
        return single;
    }

    /** Whether the server knew its length beforehand. */
    boolean hasLength() {
        return hasLength;
    }

    /** Whether the server answered before it had all of it. */
    boolean isOver() {
        return over;
    }

    List<Part> parts() {
        return parts;
    }

    /** So far, in bytes. */
    long length() {
        return written + filled;
    }

    Optional<String> login() {
        return login;
    }
}
