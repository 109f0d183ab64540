package org.dicomgateway.security;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Finds passwords that an attacker guesses among the first (NIST SP 800-63B 5.1.1.2). */
public final class WeakPassword {

    private static final int MIN_LENGTH = 8;
    private static final int MIN_DIFFERENT = 5;

    /** Long enough, and still among the first that are tried. In lower case. */
    private static final Set<String> COMMON = Set.of(
            "password",
            "passwort",
            "password1",
            "password123",
            "passw0rd",
            "p@ssw0rd",
            "12345678",
            "123456789",
            "1234567890",
            "87654321",
            "qwertyui",
            "qwertyuiop",
            "qwertzui",
            "qwertzuiop",
            "1q2w3e4r",
            "abcd1234",
            "abcdefgh",
            "admin123",
            "administrator",
            "changeme",
            "letmein1",
            "iloveyou",
            "sunshine",
            "welcome1",
            "hospital",
            "radiology",
            "orthanc1",
            "dicom123",
            "gateway1");

    private WeakPassword() {}

    /** Why a password is too weak; empty when it is not. */
    public static Optional<String> why(Secret password) {
        String text = password.value();
        if (text.codePointCount(0, text.length()) < MIN_LENGTH) {
            return Optional.of("it has fewer than " + MIN_LENGTH + " characters");
        }
        if (text.codePoints().distinct().count() < MIN_DIFFERENT) {
            return Optional.of("it has fewer than " + MIN_DIFFERENT + " different characters");
        }
        return COMMON.contains(text.toLowerCase(Locale.ROOT))
                ? Optional.of("it is one of those that are guessed first")
                : Optional.empty();
    }
}
