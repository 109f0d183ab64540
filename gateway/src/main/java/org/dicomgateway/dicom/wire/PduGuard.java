package org.dicomgateway.dicom.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import org.dicomgateway.dicom.values.ByteSize;
import org.jspecify.annotations.Nullable;

/**
 * Checks the bytes of a connection before the toolkit reads them. The toolkit trusts every length and keeps whole PDUs
 * in memory (PS3.8 9.3).
 *
 * <ul>
 *   <li>Each fragment of a message passes in its own PDUs of at most {@value #MAX_PIECE} bytes. This does not change
 *       the content, and the memory of an association does not depend on the size of the peer's PDUs.
 *   <li>It counts the items of an A-ASSOCIATE-RQ or -AC ({@link AssociateGuard}) and the elements of a command
 *       ({@link CommandGuard}). It refuses a second A-ASSOCIATE PDU, or one from the wrong side, without reading it.
 *   <li>Before the toolkit gets the last byte of an A-ASSOCIATE PDU, it waits for a turn ({@link BeforeParsing}). What
 *       the toolkit makes of this PDU is large for a moment.
 * </ul>
 *
 * <p>It also notes an A-ABORT of the peer, because the toolkit does not distinguish it from one of ours. When a time
 * limit passes, it gives the toolkit a reason to abort.
 */
public final class PduGuard extends InputStream {

    /** The side of the association that reads. */
    public enum Side {
        /** Reads an A-ASSOCIATE-RQ, requests, and the responses that it awaits, which have no dataset. */
        ACCEPTOR(A_ASSOCIATE_RQ),
        /** Reads an A-ASSOCIATE-AC, and responses without datasets. */
        REQUESTOR(A_ASSOCIATE_AC),
        /** The same, and requests with datasets: the acceptor may report (N-EVENT-REPORT). */
        REPORTED_TO(A_ASSOCIATE_AC),
        /** Reads an A-ASSOCIATE-AC, responses with a short identifier, and requests (C-FIND and C-GET, PS3.4 C). */
        RETRIEVER(A_ASSOCIATE_AC);

        private final int associate;

        Side(int associate) {
            this.associate = associate;
        }
    }

    /**
     * Called when all of an A-ASSOCIATE PDU has arrived and nothing of it is parsed. May wait, or throw to end the
     * association.
     */
    @FunctionalInterface
    public interface BeforeParsing {
        void waitForTurn() throws IOException;
    }

    private static final int HEADER = 6;
    private static final int A_ASSOCIATE_RQ = 1;
    private static final int A_ASSOCIATE_AC = 2;
    private static final int P_DATA_TF = 4;
    private static final int A_ABORT = 7;

    /** The toolkit starts with a buffer of 16 KiB, and enlarges it to the largest PDU that it reads. */
    private static final int TOOLKIT_BUFFER = 16 * ByteSize.KIB;

    private static final int MAX_PIECE = TOOLKIT_BUFFER - 2 * HEADER;

    /** Some senders make larger PDUs than the gateway asked for. This costs nothing except a counter. */
    private static final int MIN_DATA_LIMIT = ByteSize.MIB;

    /**
     * The dataset of a response to C-FIND or C-GET, which the toolkit reads into memory: a dozen attributes. A longer
     * one could also nest sequences so deep that the toolkit's stack overflows.
     */
    private static final int MAX_IDENTIFIER = 8 * ByteSize.KIB;

    private final InputStream in;
    private final Side side;
    private final int maxPduLength;
    private final BeforeParsing beforeParsing;
    private final CommandGuard command;

    /** Headers for the toolkit that differ from those on the wire. */
    private final byte[] made = new byte[2 * HEADER];

    private int madeBytes;
    private int madeRead;
    /** How many bytes of the wire pass next. */
    private long pass;

    private long pduRemaining;
    private int fragmentRemaining;
    private int contextId;
    private int control;
    private int identifierBytes;
    private boolean inCommand;
    private boolean associated;
    private @Nullable AssociateGuard associate;
    private volatile boolean sawAbort;

    /**
     * Guards one connection.
     *
     * @param maxPduLength the maximum that we ask peers to use; the actual limit is not smaller
     */
    PduGuard(InputStream in, Side side, int maxPduLength, BeforeParsing beforeParsing) {
        this.in = in;
        this.side = side;
        this.maxPduLength = Math.max(maxPduLength, MIN_DATA_LIMIT);
        this.beforeParsing = beforeParsing;
        this.command = new CommandGuard(side);
    }

    boolean sawAbort() {
        return sawAbort;
    }

    /** One response to a request of the accepting side may come, from now on. For any thread. */
    void awaitResponse() {
        command.awaitResponse();
    }

    InputStream unguarded() {
        return in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (len == 0) {
            return 0;
        }
        try {
            while (madeRead == madeBytes && pass == 0) {
                if (!next()) {
                    return -1;
                }
            }
            return madeRead < madeBytes ? readMade(b, off, len) : readWire(b, off, len);
        } catch (SocketTimeoutException e) {
            throw Aborts.becauseOfTimeout(e);
        }
    }

    @Override
    public long skip(long n) {
        return 0;
    }

    private int readMade(byte[] b, int off, int len) {
        int n = Math.min(len, madeBytes - madeRead);
        System.arraycopy(made, madeRead, b, off, n);
        madeRead += n;
        return n;
    }

    private int readWire(byte[] b, int off, int len) throws IOException {
        int n = in.read(b, off, (int) Math.min(len, pass));
        if (n > 0) {
            pass -= n;
            if (inCommand) {
                command.inspect(b, off, off + n);
            }
            if (associate != null) {
                associate.inspect(b, off, off + n);
                if (pass == 0) {
                    associate = null;
                    beforeParsing.waitForTurn();
                }
            }
        }
        return n;
    }

    /** Makes the header of the next piece. False at the end of the stream. */
    private boolean next() throws IOException {
        inCommand = false;
        if (fragmentRemaining > 0) {
            beginPiece();
        } else if (pduRemaining > 0) {
            readHeader();
            beginFragment(intAt(0), made[4] & 0xFF, made[5] & 0xFF);
        } else if (readHeader()) {
            beginPdu(made[0], intAt(2) & 0xFFFFFFFFL);
        } else {
            return false;
        }
        return true;
    }

    /** Reads a header. False when the stream ends before the first byte of a PDU. */
    private boolean readHeader() throws IOException {
        int n = 0;
        while (n < HEADER) {
            int more = in.read(made, n, HEADER - n);
            if (more < 0) {
                if (n == 0 && pduRemaining == 0) {
                    return false;
                }
                throw new EOFException("the connection ended within a PDU");
            }
            n += more;
        }
        madeRead = 0;
        madeBytes = 0;
        return true;
    }

    private void beginPdu(int type, long length) throws IOException {
        sawAbort |= type == A_ABORT;
        if (type == P_DATA_TF) {
            if (length < HEADER || length > maxPduLength) {
                throw Aborts.becauseOfViolation(
                        "a P-DATA-TF PDU of " + length + " bytes; at most " + maxPduLength + " are allowed");
            }
            pduRemaining = length;
            return;
        }
        if (type == A_ASSOCIATE_RQ || type == A_ASSOCIATE_AC) {
            if (associated || type != side.associate) {
                throw Aborts.becauseOfUnexpectedPdu("an unexpected A-ASSOCIATE PDU");
            }
            associated = true;
            associate = new AssociateGuard(length);
        }
        madeBytes = HEADER;
        pass = length;
    }

    private void beginFragment(int length, int context, int controlHeader) throws IOException {
        pduRemaining -= HEADER;
        int data = length - 2;
        long rest = pduRemaining - data;
        if (data < 0 || rest < 0 || (rest > 0 && rest < HEADER)) {
            throw Aborts.becauseOfViolation("a fragment of " + length + " bytes, which does not fit in its PDU");
        }
        pduRemaining = rest;
        fragmentRemaining = data;
        contextId = context;
        control = controlHeader;
        if (isCommand()) {
            command.beginFragment((control & 2) != 0);
            identifierBytes = 0;
        } else if (side == Side.RETRIEVER && command.isResponse()) {
            identifierBytes += data;
            if (identifierBytes > MAX_IDENTIFIER) {
                throw Aborts.becauseOfViolation(
                        "a response with more than " + MAX_IDENTIFIER + " bytes of dataset; that is no identifier");
            }
        } else if (side == Side.REQUESTOR || command.isResponse()) {
            throw Aborts.becauseOfViolation("a dataset, but only responses without a dataset are expected");
        }
        beginPiece();
    }

    private boolean isCommand() {
        return (control & 1) != 0;
    }

    private void beginPiece() {
        int piece = Math.min(fragmentRemaining, MAX_PIECE);
        fragmentRemaining -= piece;
        putInt(2, piece + HEADER);
        made[0] = P_DATA_TF;
        made[1] = 0;
        putInt(HEADER, piece + 2);
        made[10] = (byte) contextId;
        made[11] = (byte) (fragmentRemaining > 0 ? control & ~2 : control);
        madeRead = 0;
        madeBytes = 2 * HEADER;
        pass = piece;
        inCommand = isCommand();
    }

    private int intAt(int offset) {
        return (made[offset] & 0xFF) << 24
                | (made[offset + 1] & 0xFF) << 16
                | (made[offset + 2] & 0xFF) << 8
                | (made[offset + 3] & 0xFF);
    }

    private void putInt(int offset, int value) {
        made[offset] = (byte) (value >> 24);
        made[offset + 1] = (byte) (value >> 16);
        made[offset + 2] = (byte) (value >> 8);
        made[offset + 3] = (byte) value;
    }
}
