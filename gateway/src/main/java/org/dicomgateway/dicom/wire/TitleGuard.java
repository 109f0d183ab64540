package org.dicomgateway.dicom.wire;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Checks the AE titles of an A-ASSOCIATE-RQ (PS3.8 9.3.2) as they pass: each has sixteen characters of the default
 * repertoire, padded only with spaces. The toolkit removes characters that are not printable at both ends. Without
 * this check, {@code CT1} and a line feed, or {@code CT1} and NULs, would be accepted and logged as {@code CT1}.
 */
public final class TitleGuard extends FilterInputStream {

    private static final int CALLED = 10;
    private static final int CALLING = 26;
    private static final int END = 42;

    private int position;
    private volatile boolean calledIsValid = true;
    private volatile boolean callingIsValid = true;

    TitleGuard(InputStream in) {
        super(in);
    }

    public boolean calledIsValid() {
        return calledIsValid;
    }

    public boolean callingIsValid() {
        return callingIsValid;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = in.read(b, off, len);
        for (int i = 0; i < n && position < END; i++, position++) {
            boolean printable = b[off + i] >= ' ' && b[off + i] <= '~';
            if (position >= CALLING) {
                callingIsValid &= printable;
            } else if (position >= CALLED) {
                calledIsValid &= printable;
            }
        }
        return n;
    }
}
