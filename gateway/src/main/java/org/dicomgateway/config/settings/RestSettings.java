package org.dicomgateway.config.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The REST API of an Orthanc, to check what DICOM does not show.
 *
 * @param url its root URL, http or https, without a login
 * @param login the login; empty: none
 * @param interval time between two checks
 */
public record RestSettings(URI url, Optional<Login> login, Duration interval) {

    /**
     * User and password.
     *
     * @param password the password itself, also when it was read from a file
     */
    public record Login(String user, String password) {

        /** Does not show the password. */
        @Override
        public String toString() {
            return "Login[user=" + user + ", password=" + Secrets.MASK + "]";
        }
    }
}
