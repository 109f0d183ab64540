package org.dicomgateway.config.match;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 address that was written as numbers. Nothing is ever looked up. */
public final class IpAddress {

    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    private static final int IPV6_BYTES = 16;

    private final InetAddress address;
    private final byte[] bytes;

    private IpAddress(InetAddress address) {
        this.address = address;
        this.bytes = address.getAddress();
    }

    /** The address in a text; empty when it is none. An IPv4 address within an IPv6 one is an IPv4 address. */
    public static Optional<IpAddress> parse(String text) {
        if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new IpAddress(InetAddress.getByName(text)));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** The address of a peer, with or without the zone that a link-local one has. */
    public static Optional<IpAddress> ofPeer(String text) {
        int zone = text.indexOf('%');
        return parse(zone < 0 ? text : text.substring(0, zone));
    }

    /** Whether it is of this machine alone. */
    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }

    /** The network that whoever has this address has all of: the first 64 bits of IPv6, the address itself of IPv4. */
    public String network() {
        return bytes.length == IPV6_BYTES
                ? HexFormat.of().formatHex(bytes, 0, IPV6_BYTES / 2)
                : address.getHostAddress();
    }

    /** For a socket. */
    public InetAddress address() {
        return address;
    }

    /** 4 or 16 bytes, the most significant first; not to be changed. */
    byte[] bytes() {
        return bytes;
    }
}
