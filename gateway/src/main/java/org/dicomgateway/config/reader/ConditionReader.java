package org.dicomgateway.config.reader;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Field.Kind;
import org.dicomgateway.config.match.Regex;
import org.dicomgateway.config.match.ValuePattern;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.Names;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.Nearest;

/** Reads {@code match} blocks: the conditions of a route. */
final class ConditionReader {

    private static final int MODALITY = 0x00080060;
    private static final int FIRST_OF_DATASET = 0x00080000;
    private static final String REGEX = "regex";
    private static final String IGNORE_CASE = "ignore-case";
    private static final int PIXEL_DATA = 0x7FE00010;

    /** The simple conditions by key. Conditions that contain others are not here. */
    private static final Map<String, Function<Node, Setting<Condition>>> SIMPLE = new LinkedHashMap<>();

    static {
        simple("calling-ae", Kind.CALLING_AE, 0, UnaryOperator.identity());
        simple("called-ae", Kind.CALLED_AE, 0, UnaryOperator.identity());
        SIMPLE.put("remote-host", ConditionReader::remoteHost);
        simple("modality", Kind.ATTRIBUTE, MODALITY, UnaryOperator.identity());
        simple("sop-class", Kind.SOP_CLASS, 0, Names::sopClass);
        simple("transfer-syntax", Kind.TRANSFER_SYNTAX, 0, Names::transferSyntax);
    }

    private ConditionReader() {}

    /**
     * The conditions of a block, in the order in which they are written. Without conditions, a condition that every
     * instance meets.
     */
    static Supplier<Condition> match(Section block) {
        List<Supplier<Condition>> conditions = new ArrayList<>();
        for (String key : block.keys()) {
            Function<Node, Setting<Condition>> simple = SIMPLE.get(key);
            if (simple != null) {
                conditions.add(block.node(key).flatMap(simple));
            } else if (key.equals("tags")) {
                conditions.addAll(tags(block.section("tags")));
            } else if (key.equals("not")) {
                conditions.addAll(not(block));
            }
        }
        block.know(SIMPLE.keySet());
        block.know(List.of("tags", "not"));
        block.finish();
        return () -> new Condition.AllOf(conditions.stream().map(Supplier::get).toList());
    }

    /** One block, or a list of blocks. None of them may be met. */
    private static List<Supplier<Condition>> not(Section block) {
        List<Supplier<Condition>> conditions = new ArrayList<>();
        block.node("not").ifValid(node -> {
            for (Setting<Node> element : node.elements()) {
                element.flatMap(Node::layer).ifValid(layer -> {
                    Section inner = Section.of(layer, block.problems());
                    if (inner.keys().isEmpty()) {
                        element.reject("contains no condition, so no instance would ever match", "remove it");
                    }
                    Supplier<Condition> condition = match(inner);
                    conditions.add(() -> new Condition.Not(condition.get()));
                });
            }
        });
        return conditions;
    }

    private static List<Supplier<Condition>> tags(Section tags) {
        List<Supplier<Condition>> conditions = new ArrayList<>();
        for (String key : tags.keys()) {
            Setting<Node> node = tags.node(key);
            OptionalInt tag = Dictionary.tag(key);
            if (tag.isEmpty()) {
                node.reject(
                        "no attribute is called " + key,
                        Dictionary.nearestKeyword(key)
                                .map(word -> "did you mean " + word + "?")
                                .orElse(
                                        "write a keyword of the standard such as StudyDescription, or \"(gggg,eeee)\""));
            } else if (Integer.compareUnsigned(tag.getAsInt(), FIRST_OF_DATASET) < 0) {
                node.reject("not an attribute of a dataset: " + key, "for its transfer syntax, use transfer-syntax");
            } else if (Integer.compareUnsigned(tag.getAsInt(), PIXEL_DATA) >= 0) {
                node.reject("rules cannot use the pixel data or attributes after it: " + key, "");
            } else {
                Field field = new Field(Kind.ATTRIBUTE, tag.getAsInt(), key);
                conditions.add(node.flatMap(value -> value(value, field, UnaryOperator.identity())));
            }
        }
        return conditions;
    }

    private static Setting<Condition> remoteHost(Node node) {
        return ranges(node).map(Condition.RemoteHost::new);
    }

    /** A list of addresses and ranges. */
    static Setting<List<AddressRange>> ranges(Node node) {
        List<Setting<AddressRange>> ranges = node.elements().stream()
                .map(element -> element.flatMap(Node::text).map(AddressRange::of))
                .toList();
        return ranges.isEmpty() ? node.emptyList() : node.all(ranges);
    }

    private static void simple(String key, Kind kind, int tag, UnaryOperator<String> meaning) {
        SIMPLE.put(key, node -> value(node, new Field(kind, tag, key), meaning));
    }

    private static Setting<Condition> value(Node node, Field field, UnaryOperator<String> meaning) {
        return pattern(node, meaning).map(pattern -> new Condition.Value(field, pattern));
    }

    /**
     * A text with wildcards, the same in any case, a regular expression, or a list of these. In a list, one must match.
     */
    static Setting<ValuePattern> pattern(Node node, UnaryOperator<String> meaning) {
        if (!node.isList()) {
            return one(node, meaning);
        }
        List<Setting<ValuePattern>> patterns = node.elements().stream()
                .map(element -> element.flatMap(item -> one(item, meaning)))
                .toList();
        return patterns.isEmpty() ? node.emptyList() : node.all(patterns).map(ValuePattern.AnyOf::new);
    }

    private static Setting<ValuePattern> one(Node node, UnaryOperator<String> meaning) {
        if (!node.isObject()) {
            return node.text().map(text -> Wildcard.of(meaning.apply(text)));
        }
        return node.section().flatMap(block -> {
            // A misspelled key is one problem only when its neighbour is the one that is looked for.
            boolean ignoring = block.keys().stream()
                    .anyMatch(key -> Nearest.of(key, List.of(REGEX, IGNORE_CASE))
                            .filter(IGNORE_CASE::equals)
                            .isPresent());
            Setting<ValuePattern> pattern =
                    ignoring ? ignoringCase(block, meaning) : block.text(REGEX).map(Regex::of);
            block.know(List.of(REGEX, IGNORE_CASE));
            block.finish();
            return pattern;
        });
    }

    private static Setting<ValuePattern> ignoringCase(Section block, UnaryOperator<String> meaning) {
        if (block.isWritten(REGEX)) {
            return block.node(IGNORE_CASE)
                    .reject("there is also a regex", "keep one; a regex that begins with (?i) ignores case");
        }
        return block.texts(IGNORE_CASE, text -> Wildcard.ignoringCase(meaning.apply(text)))
                .map(all -> all.size() == 1 ? all.get(0) : new ValuePattern.AnyOf(List.copyOf(all)));
    }
}
