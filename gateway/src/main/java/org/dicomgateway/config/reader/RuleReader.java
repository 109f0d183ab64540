package org.dicomgateway.config.reader;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.ValueTable;
import org.dicomgateway.config.match.Regex;
import org.dicomgateway.config.settings.Words;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.RuleSettings.Otherwise;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.ValueRules;
import org.dicomgateway.dicom.values.Dictionary;

/** Reads the rules of a transform. They are carried out in the order set, replace, map, copy, remove. */
final class RuleReader {

    private static final int FIRST_OF_DATASET = 0x00080000;
    private static final int PIXELS = 0x7FE00000;

    /** Without these, or with others, it would be another instance, or not be read. */
    private static final Set<Integer> FIXED = Set.of(0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E);

    private static final Pattern GROUP = Pattern.compile("\\(([0-9A-Fa-f]{4}),\\*\\)");
    private static final Pattern REPLACEMENT = Pattern.compile("(?:[^\\\\$]|\\\\.|\\$\\d(?!\\d))*");
    private static final Pattern GROUP_REFERENCE = Pattern.compile("\\\\.|\\$(\\d)");

    private RuleReader() {}

    static List<Supplier<RuleSettings>> read(Section transform) {
        List<Supplier<RuleSettings>> rules = new ArrayList<>();
        each(
                transform.section("set"),
                rules,
                (tag, node) -> node.text().map(text -> new RuleSettings.Set(tag, written(tag, text))));
        each(transform.section("replace"), rules, RuleReader::replace);
        each(transform.section("map"), rules, RuleReader::lookup);
        each(
                transform.section("copy"),
                rules,
                (tag, node) -> node.text().map(text -> new RuleSettings.Copy(tag, source(text))));
        transform
                .optional("remove", node -> removals(node))
                .ifValid(removals -> removals.ifPresent(all -> all.forEach(each -> rules.add(() -> each))));
        return rules;
    }

    private static void each(
            Section block,
            List<Supplier<RuleSettings>> rules,
            BiFunction<Integer, Node, Setting<? extends RuleSettings>> conversion) {
        for (String key : block.keys()) {
            block.node(key).ifValid(node -> {
                Setting<Integer> tag =
                        Setting.of(key, node.sourceLocation(), block.problems()).map(RuleReader::target);
                Setting<? extends RuleSettings> rule = tag.flatMap(number -> convert(conversion, number, node));
                rules.add(rule::get);
            });
        }
    }

    @SuppressWarnings("unchecked")
    private static Setting<RuleSettings> convert(
            BiFunction<Integer, Node, Setting<? extends RuleSettings>> conversion, Integer tag, Node node) {
        return (Setting<RuleSettings>) conversion.apply(tag, node);
    }

    /** An attribute that rules can write. */
    private static int target(String key) {
        int tag = tag(key);
        if (FIXED.contains(tag)) {
            throw new IllegalArgumentException(
                    "a transform cannot change " + key + ": it would be another instance, or not readable");
        }
        if (Element.isPrivate(tag)) {
            throw new IllegalArgumentException("a transform cannot write private attributes; it can remove them");
        }
        String vr = Dictionary.valueRepresentation(tag);
        if (!ValueRules.isWritable(vr)) {
            throw new IllegalArgumentException("a transform can write text, and " + key + " is of type " + vr);
        }
        return tag;
    }

    private static int tag(String key) {
        OptionalInt tag = Dictionary.tag(key);
        if (tag.isEmpty()) {
            throw new IllegalArgumentException("no attribute is called '" + key + "'; "
                    + Dictionary.nearestKeyword(key)
                            .map(word -> "did you mean " + word + "?")
                            .orElse("write a keyword of the standard such as StudyDescription, or \"(gggg,eeee)\""));
        }
        if (Integer.compareUnsigned(tag.getAsInt(), FIRST_OF_DATASET) < 0
                || Integer.compareUnsigned(tag.getAsInt(), PIXELS) >= 0) {
            throw new IllegalArgumentException("not an attribute of a dataset before its pixel data: " + key);
        }
        return tag.getAsInt();
    }

    /** An attribute that has text of the same kind. */
    private static int source(String key) {
        int tag = tag(key);
        String vr = Dictionary.valueRepresentation(tag);
        if (Element.isPrivate(tag) || !ValueRules.isWritable(vr)) {
            throw new IllegalArgumentException("a transform can copy text, and " + key + " is of type " + vr);
        }
        return tag;
    }

    /** The value, if the attribute can have it. */
    static String written(int tag, String text) {
        String vr = Dictionary.valueRepresentation(tag);
        String[] values = ValueRules.isMultiple(vr) ? text.split("\\\\", -1) : new String[] {text};
        for (String value : values) {
            Optional<String> problem = ValueRules.problem(vr, value);
            if (problem.isPresent()) {
                throw new IllegalArgumentException("'" + value + "' " + problem.get());
            }
        }
        return text;
    }

    private static Setting<RuleSettings> replace(int tag, Node node) {
        return node.section().flatMap(block -> {
            Setting<Regex> regex = block.text("regex").map(Regex::of);
            Setting<String> with = block.text("with")
                    .check(
                            text -> REPLACEMENT.matcher(text).matches(),
                            text -> "is not a replacement: '" + text + "'",
                            "write $1 for a group; \\\\$ for a dollar sign, \\\\\\\\ for a backslash");
            block.finish();
            return with.checkWith(
                            regex,
                            (text, pattern) -> references(text) <= pattern.groups(),
                            (text, pattern) ->
                                    "names group $" + references(text) + ", and the regex has " + pattern.groups(),
                            "put the part into parentheses")
                    .flatMap(text -> regex.map(pattern -> new RuleSettings.Replace(tag, pattern, text)));
        });
    }

    private static int references(String with) {
        Matcher matcher = GROUP_REFERENCE.matcher(with);
        int highest = 0;
        while (matcher.find()) {
            highest = matcher.group(1) == null ? highest : Math.max(highest, Integer.parseInt(matcher.group(1)));
        }
        return highest;
    }

    private static Setting<RuleSettings> lookup(int tag, Node node) {
        return node.section().flatMap(block -> {
            Setting<String> file = block.text("file");
            Setting<Map<String, String>> table = block.node("file")
                    .flatMap(ValueTable::of)
                    .map(read -> {
                        read.values().forEach(value -> written(tag, value));
                        return read;
                    });
            Setting<Otherwise> otherwise =
                    block.text("otherwise").map(text -> Words.of("otherwise", Otherwise.class, text));
            block.finish();
            return table.flatMap(read -> otherwise.map(word -> new RuleSettings.Lookup(tag, file.get(), read, word)));
        });
    }

    private static Setting<List<RuleSettings>> removals(Node node) {
        return node.texts(RuleReader::removal);
    }

    private static RuleSettings removal(String text) {
        Matcher group = GROUP.matcher(text);
        if (group.matches()) {
            int number = Integer.parseInt(group.group(1), 16);
            if (number <= 0x0008 || number == 0x0020 || number >= 0x7FE0) {
                throw new IllegalArgumentException("a transform cannot remove all of group " + group.group(1));
            }
            return new RuleSettings.Remove(number << 16, true);
        }
        int tag = tag(text);
        if (FIXED.contains(tag)) {
            throw new IllegalArgumentException(
                    "a transform cannot remove " + text + ": it would be another instance, or not readable");
        }
        return new RuleSettings.Remove(tag, false);
    }
}
