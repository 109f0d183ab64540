package org.dicomgateway.config.events;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.Secret;

/**
 * Somebody who is told of events, and how.
 *
 * @param name its unique name
 * @param on what it is told; never empty
 * @param quiet a study can be complete when nothing of it arrived for this long
 * @param completeWhen what a complete study needs
 * @param stuckAfter a study is stuck when it is not complete this long after its last instance arrived
 * @param downAfter a destination is told to be down when it has been so for this long
 * @param attributes the attributes of patient and study that events contain; usually none
 * @param maxWaiting while this many events wait for the receiver, no further ones are made for it
 * @param channel how it is told
 */
public record ReceiverSettings(
        String name,
        Set<EventKind> on,
        Duration quiet,
        CompleteWhen completeWhen,
        Duration stuckAfter,
        Duration downAfter,
        List<Attribute> attributes,
        int maxWaiting,
        Channel channel) {

    /** Copies the collections. */
    public ReceiverSettings {
        on = Set.copyOf(on);
        attributes = List.copyOf(attributes);
    }

    /** Whether it is told anything of studies. */
    public boolean wantsStudies() {
        return on.stream().anyMatch(EventKind::isOfStudy);
    }

    /** What a complete study needs. */
    public enum CompleteWhen {
        /** Each destination answered each delivery with success. */
        DELIVERED,
        /** The last check of each copy found it, too, at each destination that is checked. */
        VERIFIED
    }

    /** What an event can contain of a patient, by the keyword of the attribute (PS3.6). */
    public enum Attribute {
        PATIENT_ID("PatientID"),
        ACCESSION_NUMBER("AccessionNumber");

        private final String keyword;

        Attribute(String keyword) {
            this.keyword = keyword;
        }

        /** The keyword. */
        public String keyword() {
            return keyword;
        }
    }

    /** How a receiver is told. */
    public sealed interface Channel {

        /** Calls the function for this kind of channel. */
        default <T> T match(Function<Webhook, T> onWebhook, Function<Mail, T> onMail) {
            return this instanceof Webhook webhook ? onWebhook.apply(webhook) : onMail.apply((Mail) this);
        }

        /** What a message may take, from the connection to the answer. */
        Duration timeout();
    }

    /**
     * An HTTP server that takes each event in a POST.
     *
     * @param url http or https, without a login
     * @param secretFile the file with the secret of the signature; read for each event, so that it can be renewed
     * @param tls empty: without TLS
     */
    public record Webhook(URI url, Path secretFile, Duration timeout, Optional<ClientTls> tls) implements Channel {}

    /**
     * Mail.
     *
     * @param from the address of the sender
     * @param to the addresses of the receivers; never empty
     * @param host the SMTP server
     * @param encryption of the connection to it
     * @param user with {@code password}: the login; empty: none
     * @param tls the certificates; empty: the authorities that Java trusts
     */
    public record Mail(
            String from,
            List<String> to,
            String host,
            int port,
            Encryption encryption,
            Optional<String> user,
            Optional<Secret> password,
            Duration timeout,
            Optional<ClientTls> tls)
            implements Channel {

        /** Copies the list. */
        public Mail {
            to = List.copyOf(to);
        }
    }

    /** The encryption of a connection to an SMTP server. */
    public enum Encryption {
        /** It begins in the clear, and is encrypted before anything else is said; if it cannot be, nothing is sent. */
        STARTTLS,
        /** It is encrypted from its first byte. */
        TLS,
        /** It is not encrypted. */
        NONE
    }
}
