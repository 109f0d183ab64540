package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** A server that did not answer what it was asked. The message tells which, what was asked, what came, what to do. */
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

    /** The HTTP status of the answer; 0 when there was none or it could not be read. */
    public int status() {
        return status;
    }

    static OrthancException answered(URI url, int status) {
        return new OrthancException(status, url + " answered " + status + ": " + advice(status));
    }

    private static String advice(int status) {
        return switch (status) {
            case 401 -> "the login is not one of RegisteredUsers in that server's configuration";
            case 403 -> "that server allows no remote access (RemoteAccessAllowed) or not this request";
            case 404 -> "that server does not hold it, or is no Orthanc";
            default -> "see that server's log";
        };
    }

    static OrthancException unreachable(URI url, IOException cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new OrthancException(
                0,
                "no answer from " + url + " (" + reason + "): is that server running and its HttpPort right?",
                cause);
    }

    static OrthancException late(URI url, Duration limit) {
        return new OrthancException(
                0,
                "no complete answer from " + url + " within " + limit.toMillis()
                        + " ms: that server hangs or is overloaded");
    }

    static OrthancException unreadable(URI url, RuntimeException cause) {
        return new OrthancException(0, url + " answered something else than expected: is it an Orthanc?", cause);
    }

    static OrthancException tooLong(URI url, IOException cause) {
        return new OrthancException(0, url + " is no Orthanc, or means harm: " + cause.getMessage(), cause);
    }

    static OrthancException interrupted(URI url) {
        return new OrthancException(0, "interrupted while waiting for " + url);
    }
}
