package org.dicomgateway.dicom;

import java.io.IOException;

/**
 * Looks at the command sets that pass (PS3.7 6.3: implicit VR little endian, group 0000) and aborts at what no command
 * has: other groups, undefined lengths, or more than 64 KB in all.
 */
final class CommandGuard {

    private static final int ELEMENT_HEADER = 8;
    private static final int MAX_LENGTH = 1 << 16;

    private final byte[] header = new byte[ELEMENT_HEADER];
    private int headerBytes;
    private int valueRemaining;
    private int total;
    private boolean fresh = true;
    private boolean last;

    void beginFragment(boolean isLast) {
        if (fresh || last) {
            headerBytes = 0;
            valueRemaining = 0;
            total = 0;
            fresh = false;
        }
        last = isLast;
    }

    void inspect(byte[] b, int from, int end) throws IOException {
        total += end - from;
        if (total > MAX_LENGTH) {
            throw Aborts.becauseOfViolation("a command set of more than " + MAX_LENGTH + " bytes");
        }
        int pos = from;
        while (pos < end) {
            if (valueRemaining > 0) {
                int n = Math.min(valueRemaining, end - pos);
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

    private void beginElement() throws IOException {
        boolean commandGroup = header[0] == 0 && header[1] == 0;
        boolean tooLong = header[6] != 0 || header[7] != 0;
        if (!commandGroup || tooLong) {
            throw Aborts.becauseOfViolation(
                    commandGroup ? "an element of a command claims 64 KB or more" : "a command has a foreign group");
        }
        valueRemaining = (header[4] & 0xFF) | (header[5] & 0xFF) << 8;
    }
}
