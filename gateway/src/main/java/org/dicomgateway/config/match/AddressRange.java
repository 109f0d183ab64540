package org.dicomgateway.config.match;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * One address, or a range of them in CIDR notation (RFC 4632, RFC 4291), IPv4 or IPv6.
 */
public final class AddressRange {

    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    private final String text;
    private final byte[] network;
    private final int prefix;

    private AddressRange(String text, byte[] network, int prefix) {
        this.text = text;
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Reads an address or a range.
     *
     * @throws IllegalArgumentException when the text is neither; the message is for the operator
     */
    public static AddressRange of(String text) {
        int slash = text.indexOf('/');
        byte[] network = IpAddress.parse(slash < 0 ? text : text.substring(0, slash))
                .map(IpAddress::bytes)
                .orElseThrow(() -> new IllegalArgumentException(
                        "not an address, and not a range such as 10.1.0.0/16 or fd00::/8: " + text));
        int bits = network.length * 8;
        int prefix = slash < 0 ? bits : prefix(text, text.substring(slash + 1), bits);
        for (int bit = prefix; bit < bits; bit++) {
            if ((network[bit / 8] & 0x80 >> bit % 8) != 0) {
                throw new IllegalArgumentException("the address " + text + " is not 0 after its first " + prefix
                        + " bits; set the rest to 0, or use the length " + bits);
            }
        }
        return new AddressRange(text, network, prefix);
    }

    /** Whether the range contains an address. */
    public boolean contains(IpAddress address) {
        return startsAs(address.bytes());
    }

    /** Whether the range contains every address of its kind. */
    public boolean isEverything() {
        return prefix == 0;
    }

    private boolean startsAs(byte[] candidate) {
        if (candidate.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        int rest = prefix % 8;
        return Arrays.equals(candidate, 0, whole, network, 0, whole)
                && (rest == 0 || ((candidate[whole] ^ network[whole]) & 0xFF & 0xFF00 >> rest) == 0);
    }

    /** Whether the range contains every address of another range. */
    public boolean covers(AddressRange other) {
        return prefix <= other.prefix && startsAs(other.network);
    }

    private static int prefix(String text, String length, int bits) {
        int prefix = PREFIX.matcher(length).matches() ? Integer.parseInt(length) : bits + 1;
        if (prefix > bits) {
            throw new IllegalArgumentException("the length of a prefix must be 0 to " + bits + ": " + text);
        }
        return prefix;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange that && prefix == that.prefix && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefix;
    }

    @Override
    public String toString() {
        return text;
    }
}
