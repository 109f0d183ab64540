package org.dicomgateway.config.reader;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.config.events.EventKind;
import org.dicomgateway.config.events.ReceiverSettings;
import org.dicomgateway.config.events.ReceiverSettings.Attribute;
import org.dicomgateway.config.events.ReceiverSettings.Channel;
import org.dicomgateway.config.events.ReceiverSettings.CompleteWhen;
import org.dicomgateway.config.events.ReceiverSettings.Encryption;
import org.dicomgateway.config.events.ReceiverSettings.Mail;
import org.dicomgateway.config.events.ReceiverSettings.Webhook;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.settings.Words;
import org.dicomgateway.security.ClientTls;
import org.dicomgateway.security.Secret;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;

/** Reads the receivers of events. */
final class EventsReader {

    /** With a shorter one, the pauses that a modality makes would end a study. */
    static final Duration MIN_QUIET = Duration.ofSeconds(1);

    static final Duration MAX_QUIET = Duration.ofHours(24);

    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration LONGEST_WAIT = Duration.ofDays(30);
    private static final int MOST_WAITING = 1_000_000;

    /** One address without a display name. Nothing that could begin another header of a message. */
    private static final Pattern ADDRESS =
            Pattern.compile("[^\\s<>(),;:\\\\\"\\[\\]@\\p{Cntrl}]{1,64}@[A-Za-z0-9.-]{1,253}");

    private EventsReader() {}

    /** A receiver and its place. */
    record Draft(
            SourceLocation sourceLocation,
            Setting<CompleteWhen> completeWhen,
            Setting<Optional<String>> password,
            Supplier<ReceiverSettings> settings) {}

    /** Reads the receivers, and reports problems of the defaults. */
    static Map<String, Draft> read(Section blocks, Section defaults) {
        common(defaults);
        webhook(defaults.section("webhook"), false);
        mail(defaults.section("mail"), false);
        defaults.finish();
        Map<String, Draft> receivers = new LinkedHashMap<>();
        blocks.blocks(defaults).forEach((name, block) -> receivers.put(name, receiver(name, block)));
        return receivers;
    }

    private record Common(
            Setting<Duration> quiet,
            Setting<CompleteWhen> completeWhen,
            Setting<Duration> stuckAfter,
            Setting<Duration> downAfter,
            Setting<List<Attribute>> attributes,
            Setting<Integer> maxWaiting) {}

    private static Common common(Section block) {
        return new Common(
                block.duration("quiet", MIN_QUIET, MAX_QUIET),
                block.word("complete-when", CompleteWhen.class),
                block.duration("stuck-after", MIN_QUIET, LONGEST_WAIT),
                block.duration("down-after", Duration.ZERO, LONGEST_WAIT),
                block.node("attributes").flatMap(EventsReader::attributes),
                block.integer("max-waiting", 1, MOST_WAITING));
    }

    private static Setting<List<Attribute>> attributes(Node node) {
        return node.isList() && node.elements().isEmpty() ? node.valid(List.of()) : node.texts(EventsReader::attribute);
    }

    private static Attribute attribute(String text) {
        return Stream.of(Attribute.values())
                .filter(each -> each.keyword().equals(text))
                .findFirst()
                .orElseThrow(() -> Words.unknown(
                        "attribute",
                        text,
                        Stream.of(Attribute.values()).map(Attribute::keyword).toList()));
    }

    private static Draft receiver(String name, Section block) {
        Setting<String> valid =
                Setting.of(name, block.sourceLocation(), block.problems()).map(Limits::name);
        Setting<List<EventKind>> on = block.texts("on", EventsReader::kind);
        Common common = common(block);
        Section webhook = block.section("webhook");
        Section mail = block.section("mail");
        Supplier<Channel> byWebhook = webhook(webhook, webhook.isWritten())::get;
        Supplier<Channel> byMail = mail(mail, mail.isWritten())::get;
        if (webhook.isWritten() == mail.isWritten()) {
            valid.reject(
                    webhook.isWritten() ? "it has both webhook and mail" : "it has neither webhook nor mail",
                    webhook.isWritten() ? "make two receivers of it" : "add one of these blocks");
        }
        block.finish();
        return new Draft(
                block.sourceLocation(),
                common.completeWhen,
                RestReader.shared(mail).password(),
                () -> new ReceiverSettings(
                        valid.get(),
                        Set.copyOf(on.get()),
                        common.quiet.get(),
                        common.completeWhen.get(),
                        common.stuckAfter.get(),
                        common.downAfter.get(),
                        common.attributes.get(),
                        common.maxWaiting.get(),
                        webhook.isWritten() ? byWebhook.get() : byMail.get()));
    }

    private static EventKind kind(String text) {
        List<String> known = Stream.of(EventKind.values()).map(EventKind::word).toList();
        return Stream.of(EventKind.values())
                .filter(each -> each.word().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no event '" + text + "'; " + Suggestions.remedy(text, known)));
    }

    private static Supplier<Webhook> webhook(Section block, boolean complete) {
        Setting<Duration> timeout = block.duration("timeout", Limits.MIN_TIMEOUT, LONGEST_TIMEOUT);
        Section encryption = block.section("tls");
        Supplier<Optional<ClientTls>> tls = TlsReader.client(encryption, complete);
        if (!complete) {
            block.finish();
            return () -> {
                throw new IllegalStateException("the defaults have no URL");
            };
        }
        Setting<URI> url = block.text("url").map(EventsReader::url);
        Setting<Path> secret = block.node("secret-file").flatMap(DicomWebReader::readable);
        url.check(
                at -> at.getScheme().equals("https") || !encryption.isWritten(),
                at -> "there is a tls block, but the URL begins with http:",
                "write https, or remove the tls block");
        DicomWebReader.checkHostOfUrl(encryption, "url");
        block.finish();
        return () -> new Webhook(url.get(), secret.get(), timeout.get(), tls(url.get(), tls.get()));
    }

    /** An address of a web server; unlike those of a destination, it can have a query. */
    private static URI url(String text) {
        int query = text.indexOf('?');
        URI whole = RestReader.url(query < 0 ? text : text.substring(0, query));
        try {
            return query < 0 ? whole : new URI(text);
        } catch (java.net.URISyntaxException e) {
            throw new IllegalArgumentException("not an address of a web server: its query is not valid", e);
        }
    }

    private static Optional<ClientTls> tls(URI url, Optional<ClientTls> written) {
        return url.getScheme().equals("https")
                ? written.or(() -> Optional.of(new ClientTls(
                        new TlsSettings(Optional.empty(), List.of(), TlsProfile.BCP_195), true, Optional.empty())))
                : Optional.empty();
    }

    private static Supplier<Mail> mail(Section block, boolean complete) {
        Setting<Integer> port = block.integer("port", 1, 65_535);
        Setting<Encryption> encryption = block.word("encryption", Encryption.class);
        Setting<Duration> timeout = block.duration("timeout", Limits.MIN_TIMEOUT, LONGEST_TIMEOUT);
        RestReader.Shared login = RestReader.shared(block);
        Setting<Optional<String>> host = block.optional("smtp", Node::text);
        Setting<Optional<String>> from = block.optional("from", EventsReader::address);
        Section encrypted = block.section("tls");
        Supplier<Optional<ClientTls>> tls = TlsReader.client(encrypted, complete);
        if (encrypted.isWritten("server-name")) {
            encrypted
                    .node("server-name")
                    .ifValid(node -> node.reject(
                            "the certificate must match the name in smtp", "remove it, and write that name in smtp"));
        }
        if (!complete) {
            block.finish();
            return () -> {
                throw new IllegalStateException("the defaults have no address");
            };
        }
        Setting<List<String>> to = block.texts("to", EventsReader::address);
        required(host, "the name or address of the mail server");
        required(from, "the address of the sender, such as gateway@hospital.example");
        RestReader.checkLogin(login);
        login.user()
                .checkWith(
                        encryption,
                        (user, how) -> user.isEmpty() || how != Encryption.NONE,
                        (user, how) -> "the password would be sent without encryption",
                        "set encryption = starttls or tls");
        block.finish();
        return () -> new Mail(
                from.get().orElseThrow(),
                to.get(),
                host.get().orElseThrow(),
                port.get(),
                encryption.get(),
                login.user().get(),
                login.user()
                        .get()
                        .flatMap(user -> login.password().get().or(login.passwordFile()))
                        .map(Secret::new),
                timeout.get(),
                tls.get());
    }

    private static Setting<String> address(Node node) {
        return node.text().map(EventsReader::address);
    }

    private static String address(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "not a mail address; write one address without a name, such as \"on-call@hospital.example\"");
        }
        return text;
    }

    private static void required(Setting<? extends Optional<?>> setting, String what) {
        if (setting.isValid() && setting.get().isEmpty()) {
            setting.reject("missing", "write " + what);
        }
    }
}
