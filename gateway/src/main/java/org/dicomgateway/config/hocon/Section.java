package org.dicomgateway.config.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Suggestions;
import org.dicomgateway.config.settings.Words;
import org.dicomgateway.dicom.values.Nearest;
import org.jspecify.annotations.Nullable;

/**
 * A block of a configuration: the operator's values, merged with the defaults. It remembers each key that was read.
 * {@link #finish} reports the other keys as unknown, so the reading code is the list of known keys.
 */
public final class Section {

    /** A block at one place of a file. */
    public record Layer(ConfigObject object, SourceLocation sourceLocation) {}

    private final @Nullable Layer written;
    private final List<Layer> layers;
    private final SourceLocation sourceLocation;
    private final Problems problems;
    private final TreeSet<String> asked = new TreeSet<>();
    private final List<String> missing = new ArrayList<>();
    private final Map<String, String> elsewhere = new HashMap<>();

    private Section(@Nullable Layer written, List<Layer> layers, SourceLocation sourceLocation, Problems problems) {
        this.written = written;
        this.layers = layers;
        this.sourceLocation = sourceLocation;
        this.problems = problems;
    }

    /** A written block, merged with defaults, the nearest first. */
    static Section of(Layer written, List<Layer> defaults, Problems problems) {
        List<Layer> layers = new ArrayList<>(defaults);
        layers.add(0, written);
        return new Section(written, layers, written.sourceLocation(), problems);
    }

    public SourceLocation sourceLocation() {
        return sourceLocation;
    }

    public Problems problems() {
        return problems;
    }

    /** Marks keys as known, even if they are never read. */
    public void know(Collection<String> keys) {
        asked.addAll(keys);
    }

    /** Names the block that these keys belong to, for the problem that they are here. */
    public void belong(Collection<String> keys, String where) {
        keys.forEach(key -> elsewhere.put(key, where));
    }

    /** The value of a key, from the nearest layer that contains it. It is a problem when no layer contains it. */
    public Setting<Node> node(String key) {
        asked.add(key);
        for (Layer layer : layers) {
            ConfigValue value = layer.object().get(key);
            if (value != null) {
                return Node.of(value, layer.sourceLocation().child(key, value.origin()), problems);
            }
        }
        missing.add(key);
        return Setting.reported(sourceLocation.missing(key), problems);
    }

    public Setting<String> text(String key) {
        return node(key).flatMap(Node::text);
    }

    public Setting<Boolean> flag(String key) {
        return node(key).flatMap(Node::flag);
    }

    /** One word of an enumeration, in the form of {@link Strategy#word(Enum)}. */
    public <E extends Enum<E>> Setting<E> word(String key, Class<E> type) {
        return text(key).map(text -> Words.of(key, type, text));
    }

    /** The value of a key that may be missing. */
    public <T> Setting<Optional<T>> optional(String key, Function<Node, Setting<T>> conversion) {
        asked.add(key);
        boolean there = layers.stream().anyMatch(layer -> layer.object().containsKey(key));
        return there
                ? node(key).flatMap(conversion).map(Optional::of)
                : Setting.of(Optional.empty(), sourceLocation.missing(key), problems);
    }

    /** Whether the operator wrote this block, and it does not only exist in the defaults. */
    public boolean isWritten() {
        return written != null;
    }

    /** Whether the operator wrote this key in this block. */
    public boolean isWritten(String key) {
        return written != null && written.object().containsKey(key);
    }

    public Setting<Integer> integer(String key, int min, int max) {
        return node(key).flatMap(node -> node.integer(min, max));
    }

    public Setting<Duration> duration(String key, Duration min, Duration max) {
        return node(key).flatMap(node -> node.duration(min, max));
    }

    public Setting<DataSize> size(String key, DataSize min, DataSize max) {
        return node(key).flatMap(node -> node.size(min, max));
    }

    /** A list of texts, each converted: at least one, without duplicates. A single text counts as a list of one. */
    public <T> Setting<List<T>> texts(String key, Function<String, T> conversion) {
        return node(key).flatMap(node -> node.texts(conversion));
    }

    /** A block within this one, with its own layers. It has no keys when no layer contains it. */
    public Section section(String key) {
        asked.add(key);
        List<Layer> children = new ArrayList<>();
        layers.forEach(layer -> child(layer, key).ifPresent(children::add));
        Optional<Layer> child = Optional.ofNullable(written).flatMap(layer -> child(layer, key));
        return new Section(
                child.orElse(null),
                children,
                child.map(Layer::sourceLocation).orElseGet(() -> sourceLocation.missing(key)),
                problems);
    }

    private Optional<Layer> child(Layer layer, String key) {
        return Optional.ofNullable(layer.object().get(key))
                .map(value -> Node.of(value, layer.sourceLocation().child(key, value.origin()), problems))
                .map(node -> node.flatMap(Node::layer))
                .filter(Setting::isValid)
                .map(Setting::get);
    }

    /** The named blocks in the nearest layer of this one, in the order of the file, each merged with these defaults. */
    public Map<String, Section> blocks(Section defaults) {
        Map<String, Section> blocks = new LinkedHashMap<>();
        for (String name : keys()) {
            node(name).flatMap(Node::layer).ifValid(layer -> blocks.put(name, of(layer, defaults.layers, problems)));
        }
        return blocks;
    }

    /** The named blocks in the nearest layer of this one, in the order of the file, without defaults. */
    public Map<String, Section> blocks() {
        Map<String, Section> blocks = new LinkedHashMap<>();
        for (String name : keys()) {
            node(name).flatMap(Node::section).ifValid(block -> blocks.put(name, block));
        }
        return blocks;
    }

    /** The blocks in the list at a key, each merged with these defaults. */
    public List<Section> list(String key, Section defaults) {
        List<Section> blocks = new ArrayList<>();
        node(key).ifValid(node -> {
            for (Setting<Node> element : node.elements()) {
                element.flatMap(Node::layer).ifValid(layer -> blocks.add(of(layer, defaults.layers, problems)));
            }
        });
        return blocks;
    }

    /** A block with only one layer. */
    public static Section of(Layer written, Problems problems) {
        return of(written, List.of(), problems);
    }

    /** The keys of the nearest layer, in the order of the file. Keys on the same line are sorted by name. */
    public List<String> keys() {
        return layers.isEmpty() ? List.of() : inFileOrder(layers.get(0).object());
    }

    /** The keys of a block in the order of its file. The library does not keep this order. */
    public static List<String> inFileOrder(ConfigObject object) {
        Comparator<String> byFile = Comparator.comparing(key -> Optional.ofNullable(object.get(key))
                .map(v -> v.origin().filename())
                .orElse(""));
        Comparator<String> byLine = Comparator.comparing(key -> Optional.ofNullable(object.get(key))
                .map(v -> v.origin().lineNumber())
                .orElse(0));
        return object.keySet().stream()
                .sorted(byFile.thenComparing(byLine).thenComparing(Comparator.naturalOrder()))
                .toList();
    }

    /**
     * Reports unknown keys and missing keys. When an unknown key is probably a misspelled missing one, reports only
     * one problem.
     */
    public void finish() {
        List<String> meant = new ArrayList<>();
        if (written != null) {
            for (String key : inFileOrder(written.object())) {
                ConfigValue value = written.object().get(key);
                if (value != null && !asked.contains(key)) {
                    Nearest.of(key, asked).ifPresent(meant::add);
                    SourceLocation where = written.sourceLocation().child(key, value.origin());
                    String place = elsewhere.get(key);
                    if (place == null) {
                        problems.add(where, "unknown key", Suggestions.remedy(key, asked));
                    } else {
                        problems.add(where, "unknown key here; it belongs to " + place, "write it there");
                    }
                }
            }
        }
        for (String key : missing) {
            if (!meant.contains(key)) {
                problems.add(sourceLocation.missing(key), "missing", "it has no default");
            }
        }
    }
}
