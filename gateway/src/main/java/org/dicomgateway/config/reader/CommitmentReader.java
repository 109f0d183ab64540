package org.dicomgateway.config.reader;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.settings.CommitmentSettings;
import org.dicomgateway.config.settings.CommitmentSettings.AnswerWhen;
import org.dicomgateway.config.settings.CommitmentSettings.Report;
import org.dicomgateway.config.settings.CommitmentSettings.Retry;
import org.dicomgateway.config.settings.CommitmentSettings.Sender;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.ClientTls;

/** Reads {@code commitment}, {@code senders} and {@code sender-defaults}. */
final class CommitmentReader {

    private static final Duration LONGEST = Duration.ofDays(30);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final int MAX_OPEN = 10_000;

    private CommitmentReader() {}

    static Supplier<CommitmentSettings> read(Section gateway, Problems problems) {
        Section commitment = gateway.section("commitment");
        Setting<AnswerWhen> answerWhen = commitment.word("answer-when", AnswerWhen.class);
        Setting<Duration> deadline = commitment.duration("deadline", SHORTEST, LONGEST);
        Setting<Duration> unknown = commitment.duration("unknown-after", SHORTEST, LONGEST);
        Setting<Integer> open = commitment.integer("max-open", 1, MAX_OPEN);
        Setting<Duration> timeout = commitment.duration("timeout", Limits.MIN_TIMEOUT, Duration.ofMinutes(10));
        Section retry = commitment.section("retry");
        Setting<Duration> initial = retry.duration("initial-delay", SHORTEST, LONGEST);
        Setting<Duration> max = DestinationReader.growing(initial, retry, "max-delay");
        Setting<Duration> after = retry.duration("after-deadline", Duration.ZERO, LONGEST);
        retry.finish();
        commitment.finish();
        Supplier<List<Sender>> senders = senders(gateway, problems);
        return () -> new CommitmentSettings(
                answerWhen.get(),
                deadline.get(),
                unknown.get(),
                open.get(),
                timeout.get(),
                new Retry(initial.get(), max.get(), after.get()),
                senders.get());
    }

    private static Supplier<List<Sender>> senders(Section gateway, Problems problems) {
        Section defaults = gateway.section("sender-defaults");
        shared(defaults, false);
        defaults.finish();
        List<Supplier<Sender>> senders = new ArrayList<>();
        Map<AeTitle, String> names = new HashMap<>();
        gateway.section("senders").blocks(defaults).forEach((name, block) -> {
            Setting<AeTitle> aeTitle = aeTitle(name, block);
            aeTitle.check(
                    title -> names.putIfAbsent(title, name) == null,
                    title -> "the AE title " + title + " is also that of " + names.get(title),
                    "each sender needs an AE title of its own");
            senders.add(sender(name, aeTitle, block, problems));
        });
        return () -> senders.stream().map(Supplier::get).toList();
    }

    /** The name is the AE title, unless another one is set. */
    private static Setting<AeTitle> aeTitle(String name, Section block) {
        return block.optional("ae-title", Node::text).map(written -> AeTitle.of(written.orElse(name)));
    }

    private static Supplier<Sender> sender(String name, Setting<AeTitle> aeTitle, Section block, Problems problems) {
        Setting.of(name, block.sourceLocation(), problems).map(Limits::name);
        Setting<String> host = DestinationReader.host(block);
        Setting<Integer> port = block.integer("port", 1, 65_535);
        Shared shared = shared(block, true);
        block.finish();
        return () -> new Sender(
                name, new Peer(aeTitle.get(), host.get(), port.get()), shared.report.get(), shared.tls.get());
    }

    /** The settings that a sender and the defaults have in common. */
    private record Shared(Setting<Report> report, Supplier<Optional<ClientTls>> tls) {}

    private static Shared shared(Section section, boolean whole) {
        return new Shared(section.word("report", Report.class), TlsReader.client(section.section("tls"), whole));
    }
}
