package org.dicomgateway.dicom.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import org.dicomgateway.dicom.values.Text;

/**
 * Says for the log why TLS with a peer failed. Java's messages are long, and the real reason is often in their
 * causes.
 */
public final class TlsFailure {

    private static final int MAX_LENGTH = 300;
    private static final int MAX_DEPTH = 10;

    private TlsFailure() {}

    /** The reason, printable. For an exception that is not about TLS, its message. */
    public static String inWords(IOException e) {
        if (!(e instanceof SSLException)) {
            return e instanceof SocketTimeoutException ? "no TLS handshake in time" : printable(e);
        }
        Throwable deepest = deepest(e);
        String message = String.valueOf(e.getMessage());
        if (deepest instanceof SocketTimeoutException) {
            return "no TLS handshake in time";
        }
        if (deepest instanceof EOFException || message.contains("Remote host terminated the handshake")) {
            return "TLS: the peer closed the connection during the handshake";
        }
        if (message.contains("Unsupported or unrecognized SSL message")) {
            return "TLS: the peer does not speak TLS";
        }
        if (deepest == e) {
            return "TLS: " + printable(e);
        }
        return "TLS: " + printable(deepest) + " (" + deepest.getClass().getSimpleName() + ")";
    }

    private static Throwable deepest(Throwable e) {
        Throwable deepest = e;
        for (int depth = 0; deepest.getCause() != null && depth < MAX_DEPTH; depth++) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /** Names in certificates come from the network. */
    private static String printable(Throwable e) {
        return Text.printable(String.valueOf(e.getMessage()), MAX_LENGTH);
    }
}
