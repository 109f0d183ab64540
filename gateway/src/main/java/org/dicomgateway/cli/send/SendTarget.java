package org.dicomgateway.cli.send;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.RunningNames;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.ClientTls;

/**
 * Whom to send to, and how.
 *
 * @param calling the AE title to call by, unless another is asked for
 * @param maxAssociations that it may be sent on at once; empty: nothing is known of a limit
 */
public record SendTarget(Peer peer, AeTitle calling, RequestorSettings requestor, OptionalInt maxAssociations) {

    /** For a destination that sees the instance's sender, of which there is none here. */
    static final AeTitle CALLING = AeTitle.of("GATEWAY");

    private static final AeTitle SENDER = AeTitle.of("SEND");
    private static final AeTitle ANY = AeTitle.of("ANY-SCP");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:(?<ae>[^@]+)@)?(?<host>\\[[0-9A-Fa-f:.%]+]|[^:@\\[\\]]+):(?<port>[0-9]+)");
    private static final int MAX_PORT = 65535;
    private static final int MAX_DIGITS = 5;
    private static final RequestorSettings USUAL = new RequestorSettings(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            16 * ByteSize.KIB);

    /**
     * What {@code text} means: an address, a destination's name, or the gateway itself.
     *
     * @throws IllegalArgumentException with a message for a person when it means nothing
     * @throws ConfigurationException when a name was given and the configuration that explains it is wrong
     */
    public static SendTarget of(String text, ConfigurationFile configuration) throws ConfigurationException {
        Matcher address = ADDRESS.matcher(text);
        if (address.matches()) {
            String digits = address.group("port");
            int port = digits.length() > MAX_DIGITS ? 0 : Integer.parseInt(digits);
            if (port == 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("a port is 1 to " + MAX_PORT + ": " + text);
            }
            String host = address.group("host").replaceAll("[\\[\\]]", "");
            AeTitle called = address.group("ae") == null ? ANY : AeTitle.of(address.group("ae"));
            return new SendTarget(new Peer(called, host, port), SENDER, USUAL, OptionalInt.empty());
        }
        Loaded loaded = configuration.load();
        DestinationSettings destination = loaded.routing().destinations().get(text);
        if (destination != null) {
            return of(destination);
        }
        if (text.equals(RunningNames.GATEWAY)) {
            return itself(loaded.gateway().listeners());
        }
        throw new IllegalArgumentException(
                "'" + text + "' is neither HOST:PORT nor a destination; there are " + RunningNames.GATEWAY + ", "
                        + String.join(", ", loaded.routing().destinations().keySet()));
    }

    /**
     * This destination, called as the gateway calls it.
     *
     * @throws IllegalArgumentException when it is not a DICOM node
     */
    static SendTarget of(DestinationSettings destination) {
        return new SendTarget(
                destination
                        .peer()
                        .orElseThrow(() -> new IllegalArgumentException("destination " + destination.name()
                                + " is reached over DICOMweb, and this command sends by C-STORE; name another, or"
                                + " HOST:PORT")),
                destination.callingAe().orElse(CALLING),
                destination.requestor(),
                OptionalInt.of(destination.maxAssociations()));
    }

    /**
     * At the first listener without TLS, for what a sender would have to trust is not known here; else at the first.
     */
    private static SendTarget itself(List<ListenerSettings> listeners) {
        List<ListenerSettings> dicom =
                listeners.stream().filter(one -> one.web().isEmpty()).toList();
        ListenerSettings listener = dicom.stream()
                .filter(one -> one.acceptor().tls().isEmpty())
                .findFirst()
                .or(() -> dicom.stream().findFirst())
                .orElseThrow(() -> new IllegalArgumentException(
                        "the gateway receives over DICOMweb only, and this command sends by C-STORE"));
        InetSocketAddress bind = listener.acceptor().bind();
        InetAddress address =
                bind.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bind.getAddress();
        AeTitle called = listener.aeTitles().stream()
                .min((a, b) -> a.value().compareTo(b.value()))
                .orElseThrow();
        return new SendTarget(
                new Peer(called, address.getHostAddress(), bind.getPort()), SENDER, USUAL, OptionalInt.empty());
    }

    /** The same, called by another AE title. */
    SendTarget calledAs(AeTitle called) {
        return new SendTarget(new Peer(called, peer.host(), peer.port()), calling, requestor, maxAssociations);
    }

    /** The same, called by us under another AE title. */
    SendTarget callingAs(AeTitle other) {
        return new SendTarget(peer, other, requestor, maxAssociations);
    }

    /** The same, with another limit for the answer to a C-STORE. */
    SendTarget answeringWithin(Duration limit) {
        return with(limit, requestor.tls());
    }

    /** The same, called in this way by TLS. */
    SendTarget securedBy(ClientTls tls) {
        return with(requestor.responseTimeout(), Optional.of(tls));
    }

    private SendTarget with(Duration responseTimeout, Optional<ClientTls> tls) {
        RequestorSettings other = new RequestorSettings(
                requestor.connectTimeout(),
                requestor.associationTimeout(),
                responseTimeout,
                requestor.writeTimeout(),
                requestor.releaseTimeout(),
                requestor.maxPduLength(),
                tls);
        return new SendTarget(peer, calling, other, maxAssociations);
    }
}
