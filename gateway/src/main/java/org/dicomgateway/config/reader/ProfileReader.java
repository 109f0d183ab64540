package org.dicomgateway.config.reader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.ValueTable;
import org.dicomgateway.config.settings.Words;
import org.dicomgateway.config.transform.PixelMask;
import org.dicomgateway.config.transform.PrivateElement;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.config.transform.ProfileSettings.Kept;
import org.dicomgateway.config.transform.ProfileSettings.PatientIds;
import org.dicomgateway.security.Secret;

/** Reads how a transform de-identifies. */
final class ProfileReader {

    private static final int PATIENT_ID = 0x00100020;
    private static final List<String> KEYS =
            List.of("options", "key-file", "patient-id", "dates", "burned-in", "masks", "descriptors-file", "private");
    private static final int MASK_FIELDS = 8;
    private static final String BASIC = "basic";
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration LONGEST_SHIFT = Duration.ofDays(3_650);
    private static final int LONGEST_PREFIX = 32;

    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9A-Fa-f]+");
    /** 256 bits: as many as the hash has. */
    private static final int SHORTEST = 64;

    private static final int LONGEST = 1024;
    private static final int FEWEST_BYTE_VALUES = 16;
    private static final int FEWEST_STEPS = 4;
    private static final Set<PosixFilePermission> EXPOSING = EnumSet.of(
            PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);
    private static final String NEW_KEY = "make one with: (umask 077; openssl rand -hex 32 > FILE)";

    private ProfileReader() {}

    /** The profile; empty when the transform has none. */
    static Supplier<Optional<ProfileSettings>> read(Section transform) {
        if (!transform.isWritten("profile")) {
            transform.know(List.of("profile"));
            transform.belong(KEYS, "a transform with profile = basic");
            return Optional::empty;
        }
        transform
                .text("profile")
                .check(BASIC::equals, text -> "no profile is called '" + text + "'", "write profile = basic");
        Setting<Optional<Set<ProfileOption>>> options = transform.optional(
                "options",
                node -> node.texts(text -> Words.of("option", ProfileOption.class, text))
                        .map(ProfileReader::set));
        Setting<Secret> key = transform.node("key-file").flatMap(ProfileReader::key);
        Supplier<PatientIds> patientId = patientId(transform.section("patient-id"));
        Setting<Optional<Integer>> shift = shift(transform.section("dates"));
        checkDates(options, shift);
        Setting<Optional<BurnedIn>> burnedIn = transform.optional(
                "burned-in", node -> node.text().map(text -> Words.of("burned-in", BurnedIn.class, text)));
        Setting<Optional<List<PixelMask>>> masks = masks(transform, burnedIn);
        Supplier<Kept> kept = kept(transform, options);
        return () -> Optional.of(new ProfileSettings(
                options.get().orElse(Set.of()),
                key.get(),
                patientId.get(),
                shift.get(),
                burnedIn.get().orElse(BurnedIn.PARK),
                masks.get().orElse(List.of()),
                kept.get()));
    }

    private static Setting<Optional<List<PixelMask>>> masks(Section transform, Setting<Optional<BurnedIn>> burnedIn) {
        Setting<Optional<List<PixelMask>>> masks = transform.optional("masks", ProfileReader::masks);
        return masks.checkWith(
                burnedIn,
                (list, word) -> list.isPresent() == (word.orElse(BurnedIn.PARK) == BurnedIn.MASK),
                (list, word) -> list.isPresent()
                        ? "masks are used only with burned-in = mask"
                        : "burned-in = mask needs to know what is made black",
                "write both burned-in = mask and masks = FILE, or none of them");
    }

    private static Setting<List<PixelMask>> masks(Node node) {
        return ValueTable.rows(node, MASK_FIELDS, "write: manufacturer, model, rows, columns, x, y, width, height")
                .flatMap(rows -> {
                    List<PixelMask> masks = new ArrayList<>();
                    for (ValueTable.Row row : rows) {
                        try {
                            masks.add(PixelMask.of(row.fields()));
                        } catch (IllegalArgumentException e) {
                            return node.reject(row.place() + ": " + e.getMessage(), "");
                        }
                    }
                    return node.valid(masks);
                });
    }

    /** What is listed is kept only with its option, and an option keeps only what is listed. */
    private static Supplier<Kept> kept(Section transform, Setting<Optional<Set<ProfileOption>>> options) {
        Setting<Optional<Set<String>>> descriptors = transform
                .optional(
                        "descriptors-file",
                        node -> ValueTable.rows(node, 1, "")
                                .map(rows -> rows.stream()
                                        .map(row -> Kept.normal(row.fields().get(0)))
                                        .collect(Collectors.toSet())))
                .checkWith(
                        options,
                        (list, set) ->
                                list.isPresent() == set.orElse(Set.of()).contains(ProfileOption.CLEAN_DESCRIPTORS),
                        (list, set) -> list.isPresent()
                                ? "descriptions are kept only with the option clean-descriptors"
                                : "the option clean-descriptors needs to know which descriptions are safe",
                        "write both the option and descriptors-file, or none of them");
        Section block = transform.section("private");
        Setting<Optional<List<PrivateElement>>> elements = block.optional(
                        "keep", node -> node.texts(PrivateElement::of))
                .checkWith(
                        options,
                        (list, set) ->
                                list.isPresent() == set.orElse(Set.of()).contains(ProfileOption.RETAIN_SAFE_PRIVATE),
                        (list, set) -> list.isPresent()
                                ? "private elements are kept only with the option retain-safe-private"
                                : "the option retain-safe-private needs to know which private elements are safe",
                        "write both the option and private { keep = [...] }, or none of them");
        block.finish();
        return () -> new Kept(descriptors.get().orElse(Set.of()), elements.get().orElse(List.of()));
    }

    private static Set<ProfileOption> set(List<ProfileOption> options) {
        Set<ProfileOption> set = EnumSet.copyOf(options);
        if (set.contains(ProfileOption.RETAIN_LONGITUDINAL_FULL_DATES)
                && set.contains(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES)) {
            throw new IllegalArgumentException("dates cannot be both full and modified");
        }
        return set;
    }

    private static Setting<Secret> key(Node node) {
        return RestReader.contents(node)
                .check(
                        key -> HEXADECIMAL.matcher(key).matches(),
                        key -> "the file is not a key: a key has hexadecimal digits, and nothing else",
                        NEW_KEY)
                .check(
                        key -> key.length() >= SHORTEST && key.length() <= LONGEST,
                        key -> "the key in the file has " + key.length() + " hexadecimal digits; a key has " + SHORTEST
                                + " to " + LONGEST,
                        NEW_KEY)
                .check(
                        key -> key.length() % 2 == 0,
                        key -> "the key in the file has " + key.length()
                                + " hexadecimal digits, which are no whole bytes: a digit is missing or too much",
                        "take the whole key from where it was made; another key makes other pseudonyms")
                .check(ProfileReader::isRandom, key -> "the key in the file is weak: it is not random", NEW_KEY)
                .flatMap(key -> isPrivate(node) ? node.valid(new Secret(key)) : exposed(node));
    }

    /** Random bytes have many different values and steps; a word or a pattern has few. */
    private static boolean isRandom(String key) {
        byte[] bytes = HexFormat.of().parseHex(key);
        Set<Integer> values = new HashSet<>();
        Set<Integer> steps = new HashSet<>();
        for (int i = 0; i < bytes.length; i++) {
            values.add((int) bytes[i]);
            steps.add(bytes[i] - bytes[Math.max(0, i - 1)] & 0xFF);
        }
        return values.size() >= FEWEST_BYTE_VALUES && steps.size() >= FEWEST_STEPS;
    }

    /** Whether only its owner and group can read the file; also when the file system does not know. */
    private static boolean isPrivate(Node node) {
        try {
            Path file = node.sourceLocation().file().resolveSibling(node.text().get());
            return Files.getPosixFilePermissions(file).stream().noneMatch(EXPOSING::contains);
        } catch (IOException | UnsupportedOperationException e) {
            return true;
        }
    }

    private static Setting<Secret> exposed(Node node) {
        return node.reject(
                "other users of this machine can read the key, or change it: "
                        + node.text().get(),
                "chmod 600 " + node.text().get());
    }

    private static Supplier<PatientIds> patientId(Section block) {
        Setting<Optional<String>> prefix = block.optional("prefix", Node::text)
                .check(
                        text -> text.orElse("").length() <= LONGEST_PREFIX
                                && text.orElse("").matches("[A-Za-z0-9._-]*"),
                        text -> "a prefix has at most " + LONGEST_PREFIX + " letters, digits, dots and hyphens",
                        "");
        Setting<Optional<Map<String, String>>> table = block.optional(
                "map",
                node -> node.section().flatMap(map -> {
                    Setting<Map<String, String>> read = map.node("file")
                            .flatMap(ValueTable::ofPseudonyms)
                            .map(values -> {
                                values.values().forEach(value -> RuleReader.written(PATIENT_ID, value));
                                return values;
                            });
                    map.text("otherwise")
                            .check("park"::equals, text -> "what is not in the table can only be parked", "write park");
                    map.finish();
                    return read;
                }));
        block.finish();
        prefix.checkWith(
                table,
                (text, map) -> text.isEmpty() || map.isEmpty(),
                (text, map) -> "a Patient ID from a table gets no prefix",
                "keep prefix or map");
        return () -> new PatientIds(prefix.get().orElse(""), table.get());
    }

    private static Setting<Optional<Integer>> shift(Section block) {
        Setting<Optional<Integer>> days = block.optional(
                "shift-within",
                node -> node.duration(DAY, LONGEST_SHIFT)
                        .check(
                                duration -> duration.equals(Duration.ofDays(duration.toDays())),
                                duration -> "dates are shifted by whole days",
                                "write for example 365 d")
                        .map(duration -> (int) duration.toDays()));
        block.finish();
        return days;
    }

    private static void checkDates(Setting<Optional<Set<ProfileOption>>> options, Setting<Optional<Integer>> shift) {
        shift.checkWith(
                options,
                (days, set) -> days.isPresent() == isModified(set),
                (days, set) -> days.isPresent()
                        ? "dates are shifted only with the option retain-longitudinal-modified-dates"
                        : "the option retain-longitudinal-modified-dates needs to know how far dates are shifted",
                days(shift));
    }

    private static String days(Setting<Optional<Integer>> shift) {
        return shift.isValid() && shift.get().isPresent()
                ? "add the option, or remove dates"
                : "add dates { shift-within = 365 d }";
    }

    private static boolean isModified(Optional<Set<ProfileOption>> options) {
        return options.orElse(Set.of()).contains(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES);
    }
}
