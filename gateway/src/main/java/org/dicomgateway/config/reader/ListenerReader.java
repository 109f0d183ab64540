package org.dicomgateway.config.reader;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.security.ServerTls;

/** Reads the listeners, one after the other. Two listeners must not use the same port. */
final class ListenerReader {

    private static final String HALF = "half";
    private static final String ANY = "any";
    private static final DataSize MIN_RATE = new DataSize(1);
    private static final DataSize MAX_RATE = DataSize.ofMebibytes(1);

    private record Bound(String name, InetAddress address, int port) {
        boolean excludes(InetAddress other, int otherPort) {
            boolean overlap = address.equals(other) || address.isAnyLocalAddress() || other.isAnyLocalAddress();
            return port == otherPort && port != 0 && overlap;
        }
    }

    private final Problems problems;
    private final AccessReader access;
    private final List<Bound> bound = new ArrayList<>();

    ListenerReader(AccessReader access, Problems problems) {
        this.access = access;
        this.problems = problems;
    }

    /** Reports problems of the defaults themselves, even when no listener uses them. */
    void checkDefaults(Section defaults) {
        draft("defaults", defaults, false);
    }

    Supplier<ListenerSettings> read(String name, Section section) {
        Setting.of(name, section.sourceLocation(), problems).map(Limits::name);
        Draft draft = draft(name, section, true);
        if (draft.address.isValid() && draft.port.isValid()) {
            InetAddress address = draft.address.get();
            int port = draft.port.get();
            bound.stream()
                    .filter(other -> other.excludes(address, port))
                    .findFirst()
                    .ifPresent(other -> problems.add(
                            draft.port.sourceLocation().isDefault()
                                    ? section.sourceLocation()
                                    : draft.port.sourceLocation(),
                            "listeners " + other.name + " and " + name + " both use port " + port,
                            "give each listener its own port"));
            bound.add(new Bound(name, address, port));
        }
        return draft.settings;
    }

    private record Draft(Setting<InetAddress> address, Setting<Integer> port, Supplier<ListenerSettings> settings) {}

    /**
     * Reads a listener or the defaults.
     *
     * @param whole true for a listener; false for the defaults
     */
    private Draft draft(String name, Section section, boolean whole) {
        Setting<InetAddress> address = section.text("bind").map(ListenerReader::address);
        Setting<Integer> port = section.integer("port", 0, 65_535);
        Setting<List<AeTitle>> aeTitles = section.texts("ae-titles", AeTitle::of);
        Setting<Integer> max = section.integer("max-associations", 1, 10_000);
        Setting<OptionalInt> perHost = perHost(section, max);
        Supplier<RateLimit> rate = AccessReader.rate(section.section("max-rate"));
        Setting<Duration> request = section.duration("request-timeout", Limits.MIN_TIMEOUT, Limits.MAX_TIMEOUT);
        Setting<Duration> idle = section.duration("idle-timeout", Limits.MIN_TIMEOUT, Limits.MAX_TIMEOUT);
        Setting<Duration> read = section.duration("read-timeout", Limits.MIN_TIMEOUT, Limits.MAX_TIMEOUT);
        Setting<OptionalLong> minRate = section.node("min-rate")
                .flatMap(node -> node.unless(ANY, some -> some.size(MIN_RATE, MAX_RATE)))
                .map(found -> found.map(DataSize::bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty));
        Setting<Duration> write = section.duration("write-timeout", Limits.MIN_TIMEOUT, Limits.MAX_TIMEOUT);
        Setting<DataSize> pdu = section.size("max-pdu-length", Limits.MIN_PDU, Limits.MAX_PDU);
        WebListenerReader web = WebListenerReader.read(name, section, aeTitles, whole);
        Supplier<Optional<ServerTls>> tls = web.tls(address);
        Setting<List<AddressRange>> proxies = proxies(section.section("proxy-protocol"));
        Supplier<List<AccessRule>> rules = access.read(section);
        section.finish();
        return new Draft(
                address,
                port,
                () -> new ListenerSettings(
                        name,
                        new LinkedHashSet<>(aeTitles.get()),
                        new AcceptorSettings(
                                new InetSocketAddress(address.get(), port.get()),
                                max.get(),
                                perHost.get(),
                                request.get(),
                                idle.get(),
                                read.get(),
                                minRate.get(),
                                write.get(),
                                (int) pdu.get().bytes(),
                                tls.get()),
                        rate.get(),
                        rules.get(),
                        proxies.get(),
                        web.settings()));
    }

    /** The balancers that say whose connection they pass on. Everybody cannot be one. */
    private static Setting<List<AddressRange>> proxies(Section section) {
        Setting<List<AddressRange>> from = section.optional("from", ConditionReader::ranges)
                .map(ranges -> ranges.orElse(List.of()))
                .check(
                        ranges -> ranges.stream().noneMatch(AddressRange::isEverything),
                        ranges -> "with every address, each peer could choose the one that it is taken for",
                        "list the addresses of your load balancers");
        section.finish();
        return from;
    }

    /** A number, or a word: {@code half} of the associations of the listener, or {@code unlimited}. */
    private static Setting<OptionalInt> perHost(Section section, Setting<Integer> max) {
        String key = "max-associations-per-host";
        return section.node(key)
                .flatMap(node -> node.unless(HALF, same -> AccessReader.integer(section, key, 10_000)))
                .flatMap(found -> max.map(all -> found.orElseGet(() -> OptionalInt.of(Math.max(1, all / 2)))));
    }

    static InetAddress address(String text) {
        if (text.equals("localhost")) {
            return InetAddress.getLoopbackAddress();
        }
        return IpAddress.parse(text)
                .map(IpAddress::address)
                .orElseThrow(() -> new IllegalArgumentException(
                        "not an IP address such as 127.0.0.1, or 0.0.0.0 for all addresses: " + text));
    }
}
