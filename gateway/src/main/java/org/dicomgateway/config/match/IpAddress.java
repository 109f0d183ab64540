package org.dicomgateway.config.match;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** An IPv4 or IPv6 address in numeric form. Names are never looked up. */
public final class IpAddress {

    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    private final InetAddress address;
    private final byte[] bytes;

    private IpAddress(InetAddress address) {
        this.address = address;
        this.bytes = address.getAddress();
    }

    /**
     * The address in a text; empty when the text is not an address. An IPv4 address within an IPv6 address counts as
     * IPv4.
     */
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

    /** The address of a peer. Ignores the zone of a link-local address. */
    public static Optional<IpAddress> ofPeer(String text) {
        int zone = text.indexOf('%');
        return parse(zone < 0 ? text : text.substring(0, zone));
    }

    /** Whether only this machine can reach the address. */
    public boolean isLoopback() {
        return address.isLoopbackAddress();
    }

    /** The address for a socket. */
    public InetAddress address() {
        return address;
    }

    /** 4 or 16 bytes, the most significant first. Do not change them. */
    byte[] bytes() {
        return bytes;
    }
}
