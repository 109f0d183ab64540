package org.dicomgateway.dicom.wire;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * Checks the command sets that pass (PS3.7 6.3: implicit VR little endian, group 0000). Aborts at anything that no
 * command contains: other groups, undefined lengths, or too many elements or bytes. The accepting side also aborts at
 * a response that it does not await, and at the dataset of any response, which the toolkit would collect in memory.
 */
final class CommandGuard {

    /** PS3.7 E.1 has about thirty elements in total; one command uses about a dozen. */
    private static final int MAX_ELEMENTS = 128;

    private static final int MAX_LENGTH = 16 * ByteSize.KIB;
    private static final int ELEMENT_HEADER = 8;
    private static final int COMMAND_FIELD = 0x0100;
    private static final int US_LENGTH = 2;
    private static final int RESPONSE = 0x80;

    private final PduGuard.Side side;
    private final byte[] header = new byte[ELEMENT_HEADER];
    private int headerBytes;
    private int valueRemaining;
    private int element;
    private int elements;
    private int total;
    private boolean fresh = true;
    private boolean last;
    /** Responses to requests of the accepting side. */
    private final AtomicInteger awaited = new AtomicInteger();

    private boolean response;

    CommandGuard(PduGuard.Side side) {
        this.side = side;
    }

    /** One response may come, from now on. */
    void awaitResponse() {
        awaited.incrementAndGet();
    }

    /** Whether the last command was a response. */
    boolean isResponse() {
        return response;
    }

    void beginFragment(boolean isLast) {
        if (fresh || last) {
            headerBytes = 0;
            valueRemaining = 0;
            elements = 0;
            total = 0;
            fresh = false;
            response = false;
        }
        last = isLast;
    }

    void inspect(byte[] b, int from, int end) throws IOException {
        total += end - from;
        check(total <= MAX_LENGTH, "a command set of more than " + MAX_LENGTH + " bytes");
        int pos = from;
        while (pos < end) {
            if (valueRemaining > 0) {
                int n = Math.min(valueRemaining, end - pos);
                if (element == COMMAND_FIELD && valueRemaining - n == 0) {
                    response = (b[pos + n - 1] & RESPONSE) != 0;
                    check(
                            !response || side != PduGuard.Side.ACCEPTOR || takeAwaited(),
                            "a response, but only requests are expected");
                }
                pos += n;
                valueRemaining -= n;
            } else {
                header[headerBytes++] = b[pos++];
                if (headerBytes == ELEMENT_HEADER) {
                    headerBytes = 0;
                    beginElement();
                }
            }
        }
    }

    private boolean takeAwaited() {
        return awaited.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
    }

    private void beginElement() throws IOException {
        check(++elements <= MAX_ELEMENTS, "a command of more than " + MAX_ELEMENTS + " elements");
        check(header[0] == 0 && header[1] == 0, "a command with an element outside group 0000");
        check(header[6] == 0 && header[7] == 0, "a command with an element that claims 64 KB or more");
        element = (header[2] & 0xFF) | ((header[3] & 0xFF) << 8);
        valueRemaining = (header[4] & 0xFF) | ((header[5] & 0xFF) << 8);
        check(
                element != COMMAND_FIELD || valueRemaining == US_LENGTH,
                "a command with a Command Field of a wrong" + " length");
    }

    private static void check(boolean holds, String violation) throws IOException {
        if (!holds) {
            throw Aborts.becauseOfViolation(violation);
        }
    }
}
