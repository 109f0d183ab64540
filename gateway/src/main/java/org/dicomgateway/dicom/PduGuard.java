package org.dicomgateway.dicom;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/**
 * Looks at the PDUs that pass (PS3.8 9.3) and aborts before the toolkit believes a length that no honest peer sends: it
 * reserves memory for what a header claims, up to 16 MB for a PDU and 64 MB for an element of a command.
 *
 * <p>Also notes an A-ABORT, which the toolkit does not tell from one of ours, and makes a time limit that has passed the
 * toolkit's reason to abort.
 */
final class PduGuard extends FilterInputStream {

    private static final int HEADER = 6;
    private static final int A_ASSOCIATE_RQ = 1;
    private static final int A_ASSOCIATE_AC = 2;
    private static final int P_DATA_TF = 4;
    private static final int A_ABORT = 7;
    private static final int MAX_ASSOCIATE = 1 << 20;
    private static final int MIN_DATA_LIMIT = 1 << 20;

    private final int maxPduLength;
    private final CommandGuard command = new CommandGuard();
    private final byte[] header = new byte[HEADER];

    private int headerBytes;
    private long pduRemaining;
    private long skip;
    private boolean inCommand;
    private volatile boolean sawAbort;

    /** @param maxPduLength what we ask peers to keep to; some lenience is given */
    PduGuard(InputStream in, int maxPduLength) {
        super(in);
        this.maxPduLength = Math.max(maxPduLength, MIN_DATA_LIMIT);
    }

    boolean sawAbort() {
        return sawAbort;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n;
        try {
            n = in.read(b, off, len);
        } catch (SocketTimeoutException e) {
            throw Aborts.becauseOfTimeout(e);
        }
        if (n > 0) {
            inspect(b, off, off + n);
        }
        return n;
    }

    @Override
    public long skip(long n) {
        return 0;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void inspect(byte[] b, int from, int end) throws IOException {
        int pos = from;
        while (pos < end) {
            if (skip > 0) {
                int n = (int) Math.min(skip, end - pos);
                if (inCommand) {
                    command.inspect(b, pos, pos + n);
                }
                pos += n;
                skip -= n;
            } else {
                header[headerBytes++] = b[pos++];
                if (headerBytes == HEADER) {
                    headerBytes = 0;
                    if (pduRemaining == 0) {
                        beginPdu(header[0], length(2));
                    } else {
                        beginPdv(length(0), header[5]);
                    }
                }
            }
        }
    }

    private void beginPdu(int type, long length) throws IOException {
        inCommand = false;
        sawAbort |= type == A_ABORT;
        if (type == P_DATA_TF) {
            refuseOver(maxPduLength, length);
            pduRemaining = length;
        } else {
            if (type == A_ASSOCIATE_RQ || type == A_ASSOCIATE_AC) {
                refuseOver(MAX_ASSOCIATE, length);
            }
            skip = length;
        }
    }

    /** A nonsensical PDV is left to the toolkit, which aborts. */
    private void beginPdv(long length, int controlHeader) {
        long data = length - 2;
        pduRemaining -= HEADER;
        inCommand = (controlHeader & 1) != 0;
        skip = data < 0 || data > pduRemaining ? Math.max(0, pduRemaining) : data;
        pduRemaining = Math.max(0, pduRemaining - skip);
        if (inCommand) {
            command.beginFragment((controlHeader & 2) != 0);
        }
    }

    private long length(int offset) {
        return (header[offset] & 0xFFL) << 24
                | (header[offset + 1] & 0xFFL) << 16
                | (header[offset + 2] & 0xFFL) << 8
                | (header[offset + 3] & 0xFFL);
    }

    private static void refuseOver(long limit, long length) throws IOException {
        if (length > limit) {
            throw Aborts.becauseOfViolation("a PDU of " + length + " bytes, where at most " + limit + " are taken");
        }
    }
}
