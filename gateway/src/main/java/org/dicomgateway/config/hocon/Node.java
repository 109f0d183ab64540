package org.dicomgateway.config.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.DurationText;
import org.dicomgateway.config.settings.Secrets;

/**
 * One value as it is written, and its conversions. When a conversion fails, it reports a problem, in the operator's
 * words.
 */
public final class Node {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern NO_UNIT = Pattern.compile("-?[\\d.]+");

    private final ConfigValue value;
    private final SourceLocation sourceLocation;
    private final Problems problems;

    private Node(ConfigValue value, SourceLocation sourceLocation, Problems problems) {
        this.value = value;
        this.sourceLocation = sourceLocation;
        this.problems = problems;
    }

    /** The value at this place. A null value, or a reference to something that is not set, is a problem. */
    static Setting<Node> of(ConfigValue value, SourceLocation sourceLocation, Problems problems) {
        Node node = new Node(value, sourceLocation, problems);
        try {
            return value.valueType() == ConfigValueType.NULL
                    ? node.reject("is null", "remove the line to use the default")
                    : node.valid(node);
        } catch (ConfigException.NotResolved e) {
            return node.reject(
                    "refers to a value that is not set: " + value.render(ConfigRenderOptions.concise()),
                    "set it, or write ${?NAME} if it is optional");
        }
    }

    public SourceLocation sourceLocation() {
        return sourceLocation;
    }

    public boolean isObject() {
        return value.valueType() == ConfigValueType.OBJECT;
    }

    public boolean isList() {
        return value.valueType() == ConfigValueType.LIST;
    }

    public Setting<String> text() {
        return isScalar() ? valid(scalar()) : wrongType("a text");
    }

    public Setting<Boolean> flag() {
        return switch (isScalar() ? scalar() : "") {
            case "true", "yes", "on" -> valid(true);
            case "false", "no", "off" -> valid(false);
            default -> wrongType("true or false");
        };
    }

    public Setting<Integer> integer(int min, int max) {
        String text = isScalar() ? scalar() : "";
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            return wrongType("a whole number");
        }
        long number = Long.parseLong(text);
        return number < min || number > max ? outOfRange(min, max) : valid((int) number);
    }

    public Setting<Duration> duration(Duration min, Duration max) {
        String example = "a duration with its unit, such as 500 ms, 30 s, 5 m, 12 h or 7 d";
        if (!isScalar() || lacksUnit()) {
            return wrongType(example);
        }
        try {
            Duration duration = value.atKey("v").getDuration("v");
            return duration.compareTo(min) < 0 || duration.compareTo(max) > 0
                    ? outOfRange(DurationText.of(min), DurationText.of(max))
                    : valid(duration);
        } catch (ConfigException | ArithmeticException e) {
            return wrongType(example);
        }
    }

    public Setting<DataSize> size(DataSize min, DataSize max) {
        String example = "a size with its unit, such as 512 KiB, 64 MiB or 2 GiB";
        if (!isScalar() || lacksUnit()) {
            return wrongType(example);
        }
        try {
            DataSize size = new DataSize(value.atKey("v").getBytes("v"));
            return size.compareTo(min) < 0 || size.compareTo(max) > 0 ? outOfRange(min, max) : valid(size);
        } catch (ConfigException | IllegalArgumentException e) {
            return wrongType(example);
        }
    }

    /** Empty when the value is exactly this word; otherwise the converted value. */
    public <T> Setting<Optional<T>> unless(String word, Function<Node, Setting<T>> conversion) {
        return isScalar() && scalar().equals(word)
                ? valid(Optional.empty())
                : conversion.apply(this).map(Optional::of);
    }

    /** The elements of a list. A value that is not a list counts as a list of one. */
    public List<Setting<Node>> elements() {
        if (!isList()) {
            return List.of(valid(this));
        }
        List<Setting<Node>> elements = new ArrayList<>();
        for (ConfigValue element : (ConfigList) value) {
            elements.add(of(element, sourceLocation.element(elements.size(), element.origin()), problems));
        }
        return elements;
    }

    /** A list of texts, each converted: at least one, without duplicates. A single text counts as a list of one. */
    public <T> Setting<List<T>> texts(Function<String, T> conversion) {
        List<Setting<T>> converted = new ArrayList<>();
        List<T> seen = new ArrayList<>();
        for (Setting<Node> element : elements()) {
            Setting<T> text = element.flatMap(Node::text)
                    .map(conversion)
                    .check(item -> !seen.contains(item), item -> "names " + item + " twice", "");
            converted.add(text);
            text.ifValid(seen::add);
        }
        return converted.isEmpty() ? emptyList() : all(converted);
    }

    /** The value as an object, to make a section of it. */
    public Setting<Section.Layer> layer() {
        return value instanceof ConfigObject object
                ? valid(new Section.Layer(object, sourceLocation))
                : wrongType("a block { … }");
    }

    /** The value as a block without defaults. */
    public Setting<Section> section() {
        return layer().map(layer -> Section.of(layer, problems));
    }

    /** Combines the elements into a list. It is valid when all elements are valid. */
    public <T> Setting<List<T>> all(List<Setting<T>> elements) {
        return elements.stream().allMatch(Setting::isValid)
                ? valid(elements.stream().map(Setting::get).toList())
                : Setting.reported(sourceLocation, problems);
    }

    public <T> Setting<T> emptyList() {
        return reject("must not be empty", "");
    }

    <T> Setting<T> wrongType(String expected) {
        return reject("expected " + expected + ", found " + shown(), "");
    }

    public <T> Setting<T> reject(String what, String remedy) {
        problems.add(sourceLocation, what, remedy);
        return Setting.reported(sourceLocation, problems);
    }

    public <T> Setting<T> valid(T converted) {
        return Setting.of(converted, sourceLocation, problems);
    }

    private <T> Setting<T> outOfRange(Object min, Object max) {
        return reject("must be between " + min + " and " + max + ", is " + shown(), "");
    }

    private boolean isScalar() {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> true;
            case OBJECT, LIST, NULL -> false;
        };
    }

    private boolean lacksUnit() {
        String text = scalar();
        return NO_UNIT.matcher(text).matches() && !text.equals("0");
    }

    /** The text as written; the library keeps the spelling of a number. */
    private String scalar() {
        return value.atKey("v").getString("v").strip();
    }

    private String shown() {
        return switch (value.valueType()) {
            case OBJECT -> "a block { … }";
            case LIST -> "a list [ … ]";
            case STRING, NUMBER, BOOLEAN, NULL -> {
                String text = value.render(ConfigRenderOptions.concise());
                yield Secrets.isSecret(sourceLocation.key()) ? Secrets.MASK : text;
            }
        };
    }
}
