package org.dicomgateway.orthanc;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A user and a password for the REST API of a server. {@code toString} never shows the password. */
public record Login(String user, String password) {

    /** The value of an {@code Authorization} header (RFC 7617). */
    String header() {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "Login[user=" + user + ", password=****]";
    }
}
