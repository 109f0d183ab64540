package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Objects;

/** A server did not answer a request as expected. The message names the URL, the answer, and what to do. */
public final class OrthancException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;

    private OrthancException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    private OrthancException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status of the answer; 0 when there was none or it was unreadable. */
    public int status() {
        return status;
    }

    static OrthancException answered(URI url, int status) {
        return new OrthancException(status, url + " answered " + status + ": " + advice(status));
    }

    private static String advice(int status) {
        return switch (status) {
            case 401 -> "that server does not know this login (an Orthanc: see RegisteredUsers in its configuration)";
            case 403 -> "that server does not allow remote access (RemoteAccessAllowed), or not this request";
            case 404 -> "that server does not have it, or this is not the URL of its API";
            default -> "see that server's log";
        };
    }

    static OrthancException unreachable(URI url, IOException cause) {
        return new OrthancException(
                0,
                "no answer from " + url + " (" + reasonOf(cause)
                        + "): check that the server is running and that the port" + " is right",
                cause);
    }

    /** The HTTP client gives no message for these two. */
    static String reasonOf(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no such host";
            }
        }
        return Objects.requireNonNullElse(e.getMessage(), "connection refused");
    }

    static OrthancException late(URI url, Duration limit) {
        return new OrthancException(
                0,
                "no complete answer from " + url + " within " + limit.toMillis()
                        + " ms: that server hangs or is overloaded");
    }

    static OrthancException unreadable(URI url, RuntimeException cause) {
        return new OrthancException(
                0, url + " sent an unexpected answer: check that this is the URL of its API", cause);
    }

    static OrthancException tooLong(URI url, IOException cause) {
        return new OrthancException(
                0, url + " is not the URL of its API, or it is not trustworthy: " + cause.getMessage(), cause);
    }

    static OrthancException interrupted(URI url) {
        return new OrthancException(0, "interrupted while waiting for " + url);
    }
}
