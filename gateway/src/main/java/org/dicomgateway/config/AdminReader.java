package org.dicomgateway.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** Reads {@code gateway.admin}. */
final class AdminReader {

    private AdminReader() {}

    static Supplier<AdminSettings> read(Section section) {
        Setting<Boolean> enabled = section.flag("enabled");
        Setting<InetAddress> address = section.text("bind")
                .map(ListenerReader::address)
                .check(
                        InetAddress::isLoopbackAddress,
                        bind -> bind.getHostAddress()
                                + " can be reached from other machines, and the operators' interface"
                                + " asks nobody who he is",
                        "bind = 127.0.0.1, and a reverse proxy or an SSH tunnel for access from elsewhere");
        Setting<Integer> port = section.integer("port", 0, 65_535);
        section.finish();
        return () -> new AdminSettings(enabled.get(), new InetSocketAddress(address.get(), port.get()));
    }
}
