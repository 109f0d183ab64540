package org.dicomgateway.security;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Forbids what RFC 9325 4.2 to 4.5 rules out, in addition to what Java itself forbids. */
final class Strength implements AlgorithmConstraints {

    private static final int MIN_RSA_BITS = 2048;
    private static final int MIN_CURVE_BITS = 256;

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, @Nullable AlgorithmParameters parameters) {
        String name = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
        // No permitted suite uses HmacSHA1, so matching SHA1 affects only signature digests.
        return !name.contains("SHA1") && !name.contains("MD5");
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        if (key instanceof RSAKey rsa) {
            return rsa.getModulus().bitLength() >= MIN_RSA_BITS;
        }
        if (key instanceof ECKey curve) {
            return curve.getParams().getOrder().bitLength() >= MIN_CURVE_BITS;
        }
        return !(key instanceof DSAKey);
    }

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, Key key, @Nullable AlgorithmParameters parameters) {
        return permits(primitives, algorithm, parameters) && permits(primitives, key);
    }
}
