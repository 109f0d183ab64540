package org.dicomgateway.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A private key in PEM. Java reads only PKCS#8 (RFC 5958). Older OpenSSL commands write PKCS#1 (RFC 8017) and SEC 1
 * (RFC 5915); this class wraps such keys in PKCS#8.
 */
final class PemKey {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");

    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] VERSION_0 = {2, 1, 0};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    /** The field of a SEC 1 key that names its curve. */
    private static final int CURVE = 0xA0;

    private PemKey() {}

    /** Reads the key from a file. The password is for an encrypted key. */
    static PrivateKey read(Path file, Optional<Secret> password) throws KeyMaterialException {
        String text = text(file);
        Matcher block = BLOCK.matcher(text);
        if (!block.find()) {
            throw new KeyMaterialException(file, "no private key in PEM: BEGIN PRIVATE KEY and END are missing", null);
        }
        try {
            return switch (block.group(1)) {
                case "PRIVATE KEY" -> pkcs8(content(block));
                case "ENCRYPTED PRIVATE KEY" -> decrypted(file, content(block), password);
                case "RSA PRIVATE KEY" -> pkcs8(envelope(RSA, content(block)));
                case "EC PRIVATE KEY" -> pkcs8(ofCurve(content(block)));
                default ->
                    throw new KeyMaterialException(
                            file,
                            "a " + block.group(1) + " is not supported; convert it to PKCS#8: openssl pkcs8"
                                    + " -topk8",
                            null);
            };
        } catch (GeneralSecurityException | IllegalArgumentException | IndexOutOfBoundsException e) {
            String proc =
                    text.contains("Proc-Type") ? "; convert an encrypted key to PKCS#8: openssl pkcs8 -topk8" : "";
            throw new KeyMaterialException(file, "its private key cannot be read" + proc, e);
        }
    }

    private static String text(Path file) throws KeyMaterialException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new KeyMaterialException(file, "cannot be read (" + FileTrouble.of(e) + ")", e);
        }
    }

    private static byte[] content(Matcher block) {
        return Base64.getMimeDecoder().decode(block.group(2));
    }

    private static PrivateKey decrypted(Path file, byte[] content, Optional<Secret> password)
            throws KeyMaterialException, GeneralSecurityException {
        if (password.isEmpty()) {
            throw new KeyMaterialException(file, "its private key is encrypted; add password-file", null);
        }
        try {
            EncryptedPrivateKeyInfo encrypted = new EncryptedPrivateKeyInfo(content);
            // The name PBES2 does not identify the algorithm; its parameters name the key derivation and the cipher.
            String algorithm = encrypted.getAlgParameters().toString();
            SecretKey secret = SecretKeyFactory.getInstance(algorithm)
                    .generateSecret(new PBEKeySpec(password.get().value().toCharArray()));
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, secret, encrypted.getAlgParameters());
            return key(encrypted.getKeySpec(cipher));
        } catch (IOException | GeneralSecurityException e) {
            throw new KeyMaterialException(file, "its private key cannot be decrypted with this password", e);
        }
    }

    private static PrivateKey pkcs8(byte[] content) throws GeneralSecurityException {
        return key(new PKCS8EncodedKeySpec(content));
    }

    private static PrivateKey key(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        for (String algorithm : new String[] {"RSA", "EC"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                // Not a key of this algorithm: try the next.
            }
        }
        return KeyFactory.getInstance("EdDSA").generatePrivate(spec);
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTET_STRING, key));
    }

    /** A SEC 1 key names its curve after the secret number: SEQUENCE { version, secret, [0] { curve }, [1] public }. */
    private static byte[] ofCurve(byte[] sec1) {
        int secret = contentOf(sec1, 0) + VERSION_0.length;
        int curve = contentOf(sec1, secret) + lengthOf(sec1, secret);
        if ((sec1[curve] & 0xFF) != CURVE) {
            throw new IllegalArgumentException("the key does not name its curve");
        }
        int oid = contentOf(sec1, curve);
        byte[] name = Arrays.copyOfRange(sec1, oid, oid + lengthOf(sec1, curve));
        return envelope(der(SEQUENCE, EC, name), sec1);
    }

    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int lengthOf(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        int length = first < 0x80 ? first : 0;
        for (int i = at + 2; i < contentOf(der, at); i++) {
            length = (length << 8) | (der[i] & 0xFF);
        }
        return length;
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length >= 0x100) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length >= 0x80) {
            out.write(0x81);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
