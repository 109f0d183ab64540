package org.dicomgateway.config.reader;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Reference;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.CommitmentRequests;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.settings.VerifySettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.ClientTls;

/** Reads one destination, merged with the common defaults. */
final class DestinationReader {

    /** A destination and its places. */
    record Draft(
            SourceLocation sourceLocation,
            Supplier<DestinationSettings> settings,
            List<Setting<Optional<String>>> plainPasswords,
            SourceLocation commitmentRequest,
            List<String> transforms) {}

    private static final String PRESERVE = "preserve";
    /** DICOMweb names no AE titles, so that no sender can be refused for its own. */
    private static final AeTitle OURS = AeTitle.of("GATEWAY");

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%-]{1,255}");
    private static final Duration MAX_DELAY = Duration.ofDays(7);
    private static final Duration MIN_DELAY = Duration.ofMillis(10);
    private static final String NEVER = "never";
    private static final Duration MIN_WITHIN = Duration.ofSeconds(2);
    private static final Duration MIN_ASKING = Duration.ofSeconds(1);
    private static final Duration MIN_AGAIN = Duration.ofMinutes(1);
    private static final Duration MAX_AGAIN = Duration.ofDays(3650);

    private DestinationReader() {}

    /** Reports problems of the defaults themselves, even when no destination uses them. */
    static void checkDefaults(Section defaults) {
        shared(defaults, false, false);
        Section rest = defaults.section("rest");
        RestReader.shared(rest);
        RestReader.interval(rest);
        rest.finish();
        DicomWebReader.checkDefaults(defaults.section("dicomweb"));
        defaults.finish();
    }

    static Draft read(String name, Section section, Map<String, TransformReader.Draft> known, Problems problems) {
        Setting.of(name, section.sourceLocation(), problems).map(Limits::name);
        DicomWebReader web = DicomWebReader.read(section);
        Supplier<Optional<Peer>> peer = web.isWeb() ? Optional::empty : peer(section);
        Shared shared = shared(section, true, web.isWeb());
        Section rest = section.section("rest");
        RestReader.Shared restShared = RestReader.shared(rest);
        Supplier<Optional<RestSettings>> api = RestReader.read(rest, restShared);
        rest.finish();
        Setting<Optional<List<String>>> transforms = transforms(section, known, shared.callingAe, web.isWeb());
        if (web.isWeb()) {
            TransformReader.checkWeb(shared.transcode);
        }
        section.belong(Reference.keys("route-defaults"), "a route, or to route-defaults");
        section.finish();
        return new Draft(
                section.sourceLocation(),
                () -> new DestinationSettings(
                        name,
                        peer.get(),
                        web.isWeb() ? Optional.of(OURS) : shared.callingAe.get(),
                        shared.maxAssociations.get(),
                        shared.weight.get(),
                        web.isWeb() ? secured(shared.requestor.get(), web) : shared.requestor.get(),
                        shared.linger.get(),
                        shared.maxBatch.get(),
                        shared.retry.get(),
                        shared.breaker.get(),
                        shared.probeInterval.get(),
                        shared.schedule.get(),
                        shared.maxRate.get(),
                        api.get(),
                        web.get(),
                        shared.verify.get(),
                        shared.commitment.get(),
                        transforms.get().orElse(List.of()).stream()
                                .map(each -> Optional.ofNullable(known.get(each))
                                        .orElseThrow()
                                        .settings()
                                        .get())
                                .toList(),
                        shared.transcode.get()),
                List.of(restShared.password(), web.password()),
                shared.commitmentRequest.sourceLocation(),
                transforms.isValid() ? transforms.get().orElse(List.of()) : List.of());
    }

    /** The transforms that a destination names. */
    private static Setting<Optional<List<String>>> transforms(
            Section section,
            Map<String, TransformReader.Draft> known,
            Setting<Optional<AeTitle>> callingAe,
            boolean web) {
        return section.optional(
                        "transform",
                        node -> node.texts(text -> {
                            if (!known.containsKey(text)) {
                                throw new IllegalArgumentException("no transform is called '" + text + "'; "
                                        + Suggestions.remedy(
                                                text,
                                                known.keySet().stream().sorted().toList()));
                            }
                            return text;
                        }))
                .check(
                        names -> names.isEmpty() || deidentifiesLast(names.get(), known),
                        names -> "what is de-identified must not be changed again",
                        "name one transform with a profile, as the last one")
                .checkWith(
                        callingAe,
                        (names, calling) ->
                                web || calling.isPresent() || names.isEmpty() || !profiled(names.get(), known),
                        (names, calling) -> "the calling AE title of a destination that gets de-identified instances"
                                + " would name the modality: calling-ae is preserve",
                        "set calling-ae to an AE title of the gateway");
    }

    /** Whether one of these transforms de-identifies. */
    static boolean profiled(List<String> names, Map<String, TransformReader.Draft> known) {
        return names.stream().anyMatch(name -> isProfiled(name, known));
    }

    private static boolean deidentifiesLast(List<String> names, Map<String, TransformReader.Draft> known) {
        return !profiled(names.subList(0, names.size() - 1), known);
    }

    private static boolean isProfiled(String name, Map<String, TransformReader.Draft> known) {
        return Optional.ofNullable(known.get(name))
                .filter(TransformReader.Draft::profiled)
                .isPresent();
    }

    private static Supplier<Optional<Peer>> peer(Section section) {
        Setting<AeTitle> aeTitle = section.text("ae-title").map(AeTitle::of);
        Setting<String> host = host(section);
        Setting<Integer> port = section.integer("port", 1, 65_535);
        return () -> Optional.of(new Peer(aeTitle.get(), host.get(), port.get()));
    }

    private static RequestorSettings secured(RequestorSettings settings, DicomWebReader web) {
        return new RequestorSettings(
                settings.connectTimeout(),
                settings.associationTimeout(),
                settings.responseTimeout(),
                settings.writeTimeout(),
                settings.releaseTimeout(),
                settings.maxPduLength(),
                web.tls(settings.tls()));
    }

    static Setting<String> host(Section section) {
        return section.text("host")
                .check(
                        text -> HOST.matcher(text).matches(),
                        text -> "not a host name and not an address: '" + text + "'",
                        "write a name such as pacs.example.org, or an address");
    }

    /** The settings that a destination and the defaults have in common. */
    private record Shared(
            Setting<Optional<AeTitle>> callingAe,
            Setting<Integer> maxAssociations,
            Setting<Integer> weight,
            Supplier<RequestorSettings> requestor,
            Setting<Duration> linger,
            Setting<Integer> maxBatch,
            Supplier<RetrySettings> retry,
            Supplier<BreakerSettings> breaker,
            Setting<Duration> probeInterval,
            Setting<Schedule> schedule,
            Supplier<RateLimit> maxRate,
            Setting<VerifySettings.Level> level,
            Supplier<VerifySettings> verify,
            Setting<Boolean> commitmentRequest,
            Supplier<CommitmentRequests> commitment,
            Setting<TranscodeSettings> transcode) {}

    /**
     * Reads the common settings.
     *
     * @param whole true for a destination; false for the defaults
     * @param web whether it is a destination over DICOMweb
     */
    private static Shared shared(Section section, boolean whole, boolean web) {
        Section verify = section.section("verify");
        Setting<VerifySettings.Level> level = verify.word("level", VerifySettings.Level.class);
        Setting<Optional<AeTitle>> callingAe = callingAe(section);
        Section commitment = section.section("commitment");
        Setting<Boolean> request = commitmentRequest(commitment, callingAe, web);
        return new Shared(
                callingAe,
                section.integer("max-associations", 1, 256),
                section.integer("weight", 1, 1_000),
                requestor(section, whole),
                section.duration("linger", Duration.ZERO, Duration.ofMinutes(1)),
                section.integer("max-batch", 1, 10_000),
                retry(section.section("retry")),
                breaker(section.section("breaker")),
                section.duration("probe-interval", Duration.ofSeconds(1), Limits.MAX_TIMEOUT),
                ScheduleReader.read(section.section("schedule")),
                AccessReader.rate(section.section("max-rate")),
                level,
                verify(verify, level),
                request,
                commitment(commitment, request),
                section.node("transcode").flatMap(TransformReader::transcode));
    }

    private static Setting<Boolean> commitmentRequest(
            Section section, Setting<Optional<AeTitle>> callingAe, boolean web) {
        return section.flag("request")
                .checkWith(
                        callingAe,
                        (asked, calling) -> !asked || web || calling.isPresent(),
                        (asked, calling) -> "the server could not report: it reports to the calling AE title of the"
                                + " request, and calling-ae is preserve",
                        "set calling-ae to an AE title of the gateway, or do not request storage commitment");
    }

    private static Supplier<CommitmentRequests> commitment(Section section, Setting<Boolean> request) {
        Setting<Duration> after = section.duration("after", MIN_ASKING, MAX_DELAY);
        Setting<Duration> deadline = section.duration("deadline", MIN_ASKING, MAX_DELAY);
        section.finish();
        return () -> new CommitmentRequests(request.get(), after.get(), deadline.get());
    }

    private static Supplier<VerifySettings> verify(Section section, Setting<VerifySettings.Level> level) {
        Setting<Duration> within = section.duration("within", MIN_WITHIN, MAX_DELAY);
        Setting<Optional<Duration>> again =
                section.node("again").flatMap(node -> node.unless(NEVER, some -> some.duration(MIN_AGAIN, MAX_AGAIN)));
        Supplier<RateLimit> rate = AccessReader.rate(section.section("max-rate"));
        section.finish();
        return () -> new VerifySettings(level.get(), within.get(), again.get(), rate.get());
    }

    /**
     * An AE title, or {@code preserve}. For a server that needs the literal AE title {@code preserve}, the operator
     * writes {@code { fixed = preserve }}.
     */
    private static Setting<Optional<AeTitle>> callingAe(Section section) {
        return section.node("calling-ae").flatMap(node -> {
            if (!node.isObject()) {
                return node.text()
                        .map(text -> text.equals(PRESERVE) ? Optional.empty() : Optional.of(AeTitle.of(text)));
            }
            return node.section().flatMap(block -> {
                Setting<Optional<AeTitle>> fixed = block.text("fixed").map(text -> Optional.of(AeTitle.of(text)));
                block.finish();
                return fixed;
            });
        });
    }

    private static Supplier<RequestorSettings> requestor(Section section, boolean whole) {
        Setting<Duration> connect = timeout(section, "connect-timeout");
        Setting<Duration> association = timeout(section, "association-timeout");
        Setting<Duration> response = timeout(section, "response-timeout");
        Setting<Duration> write = timeout(section, "write-timeout");
        Setting<Duration> release = timeout(section, "release-timeout");
        Setting<DataSize> pdu = section.size("max-pdu-length", Limits.MIN_PDU, Limits.MAX_PDU);
        Setting<Integer> window = section.integer("pipeline", 1, RequestorSettings.MAX_WINDOW);
        Supplier<Optional<ClientTls>> tls = TlsReader.client(section.section("tls"), whole);
        return () -> new RequestorSettings(
                connect.get(),
                association.get(),
                response.get(),
                write.get(),
                release.get(),
                (int) pdu.get().bytes(),
                tls.get(),
                window.get());
    }

    private static Supplier<RetrySettings> retry(Section section) {
        Setting<Duration> initial = section.duration("initial-delay", MIN_DELAY, MAX_DELAY);
        Setting<Duration> max = growing(initial, section, "max-delay");
        Setting<Integer> attempts = section.integer("max-attempts", 1, 1_000_000);
        section.finish();
        return () -> new RetrySettings(initial.get(), max.get(), attempts.get());
    }

    private static Supplier<BreakerSettings> breaker(Section section) {
        Setting<Integer> failures = section.integer("failures", 1, 1_000);
        Setting<Duration> initial = section.duration("initial-pause", MIN_DELAY, MAX_DELAY);
        Setting<Duration> max = growing(initial, section, "max-pause");
        section.finish();
        return () -> new BreakerSettings(failures.get(), initial.get(), max.get());
    }

    /** The upper bound of a delay that grows from {@code initial}. */
    static Setting<Duration> growing(Setting<Duration> initial, Section section, String key) {
        return section.duration(key, MIN_DELAY, MAX_DELAY)
                .checkWith(
                        initial,
                        (max, first) -> max.compareTo(first) >= 0,
                        (max, first) -> key + " " + DurationText.of(max) + " is less than the initial "
                                + DurationText.of(first),
                        "raise the upper bound or lower the initial value");
    }

    private static Setting<Duration> timeout(Section section, String key) {
        return section.duration(key, Limits.MIN_TIMEOUT, Limits.MAX_TIMEOUT);
    }
}
