package org.dicomgateway.config.reader;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.Names;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.config.settings.RateLimit;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.security.PasswordHash;

/** Reads {@code access}: which peers may send to a listener, and how much; and the users that they can name. */
final class AccessReader {

    private static final String UNLIMITED = "unlimited";
    private static final String ANY = "any";

    /** The word for a user that needs no passcode. */
    private static final String NONE = "none";

    private static final DataSize MIN_RATE = DataSize.ofKibibytes(1);
    private static final DataSize MAX_RATE = DataSize.ofMebibytes(1L << 20);

    private static final String TRANSFER_SYNTAXES = "transfer-syntaxes";

    private final Section defaults;

    /**
     * Creates a reader.
     *
     * @param defaults the defaults of every entry, {@code access-defaults}
     */
    AccessReader(Section defaults) {
        this.defaults = defaults;
    }

    /** Reports problems of the defaults themselves. */
    void checkDefaults() {
        limits(defaults);
        defaults.optional(TRANSFER_SYNTAXES, AccessReader::syntaxes);
        defaults.finish();
    }

    /** The entries of a listener. Without entries, one that permits every peer. */
    Supplier<List<AccessRule>> read(Section listener) {
        List<Supplier<AccessRule>> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Setting<List<TransferSyntax>> syntaxes =
                listener.node(TRANSFER_SYNTAXES).flatMap(AccessReader::syntaxes);
        for (Section block : listener.list("access", defaults)) {
            rules.add(rule(block, names, syntaxes));
        }
        Supplier<PeerLimits> limits = limits(defaults);
        return () -> rules.isEmpty()
                ? List.of(AccessRule.anybody(syntaxes.get(), limits.get()))
                : rules.stream().map(Supplier::get).toList();
    }

    private static Supplier<AccessRule> rule(
            Section block, Set<String> names, Setting<List<TransferSyntax>> syntaxesOfListener) {
        Setting<String> name = block.text("name")
                .map(Limits::name)
                .check(names::add, text -> "there is already an entry " + text, "give each entry its own name");
        Setting<Optional<ValuePattern>> calling = pattern(block, "calling-ae", UnaryOperator.identity());
        Setting<Optional<ValuePattern>> called = pattern(block, "called-ae", UnaryOperator.identity());
        Setting<Optional<List<AddressRange>>> host = block.optional("remote-host", ConditionReader::ranges);
        Setting<Optional<ValuePattern>> certificate = pattern(block, "certificate", UnaryOperator.identity());
        Setting<Optional<ValuePattern>> user = pattern(block, "user", UnaryOperator.identity());
        Setting<Optional<ValuePattern>> sopClass = pattern(block, "sop-class", Names::sopClass);
        Setting<Optional<List<TransferSyntax>>> syntaxes = block.optional(TRANSFER_SYNTAXES, AccessReader::syntaxes);
        Supplier<PeerLimits> limits = limits(block);
        block.finish();
        return () -> new AccessRule(
                name.get(),
                calling.get(),
                called.get(),
                host.get().orElse(List.of()),
                certificate.get(),
                user.get(),
                sopClass.get(),
                syntaxes.get().orElseGet(syntaxesOfListener),
                limits.get());
    }

    private static Setting<Optional<ValuePattern>> pattern(Section block, String key, UnaryOperator<String> meaning) {
        return block.optional(key, node -> ConditionReader.pattern(node, meaning));
    }

    /** A list, the preferred one first, or the word for any transfer syntax. */
    private static Setting<List<TransferSyntax>> syntaxes(Node node) {
        return node.unless(ANY, some -> some.texts(Names::oneTransferSyntax)).map(found -> found.orElse(List.of()));
    }

    private static Supplier<PeerLimits> limits(Section block) {
        Setting<OptionalInt> associations = integer(block, "max-associations", 10_000);
        Supplier<RateLimit> rate = rate(block.section("max-rate"));
        Setting<Optional<DataSize>> instance = size(block, "max-instance-size");
        Setting<Optional<DataSize>> association = size(block, "max-association-size");
        return () -> new PeerLimits(associations.get(), rate.get(), instance.get(), association.get());
    }

    /** A number, or the word for no limit. */
    static Setting<OptionalInt> integer(Section block, String key, int max) {
        return block.node(key)
                .flatMap(node -> node.unless(UNLIMITED, some -> some.integer(1, max)))
                .map(found -> found.map(OptionalInt::of).orElseGet(OptionalInt::empty));
    }

    private static Setting<Optional<DataSize>> size(Section block, String key) {
        return block.node(key).flatMap(node -> node.unless(UNLIMITED, some -> some.size(MIN_RATE, MAX_RATE)));
    }

    /** A {@code max-rate} block. */
    static Supplier<RateLimit> rate(Section block) {
        Setting<OptionalInt> instances = integer(block, "instances", 1_000_000);
        Setting<Optional<DataSize>> bytes = size(block, "bytes");
        block.finish();
        return () -> new RateLimit(instances.get(), bytes.get());
    }

    /** The passcode of each user; empty when the user name is enough. */
    static Supplier<Map<String, Optional<PasswordHash>>> users(Section users) {
        Map<String, Setting<Optional<PasswordHash>>> all = new LinkedHashMap<>();
        for (String name : users.keys()) {
            users.node(name).flatMap(Node::section).ifValid(user -> {
                all.put(name, user.node("password-hash").flatMap(AccessReader::passcode));
                user.finish();
            });
        }
        return () -> all.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, user -> user.getValue().get()));
    }

    private static Setting<Optional<PasswordHash>> passcode(Node node) {
        return node.unless(NONE, hash -> hash.text().map(PasswordHash::of));
    }
}
