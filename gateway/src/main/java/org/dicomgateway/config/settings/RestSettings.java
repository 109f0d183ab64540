package org.dicomgateway.config.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The REST API of an Orthanc, for a check of what the DICOM side does not tell.
 *
 * @param url of its root, http or https, without a login in it
 * @param login how to sign in; empty: without
 * @param interval between two checks
 */
public record RestSettings(URI url, Optional<Login> login, Duration interval) {

    /**
     * User and password.
     *
     * @param password as it is sent, wherever it was written
     */
    public record Login(String user, String password) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + ", password=" + Secrets.MASK + "]";
        }
    }
}
