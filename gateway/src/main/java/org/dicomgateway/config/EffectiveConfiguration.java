package org.dicomgateway.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.config.hocon.HoconFile;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Reference;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.reader.StrategyReader;
import org.dicomgateway.config.reader.TlsReader;
import org.dicomgateway.config.reader.WebListenerReader;
import org.dicomgateway.config.settings.Secrets;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, including defaults, includes and environment, as HOCON that could be loaded again. The
 * order is that of the documentation. Each value has a comment that says where it comes from. Secrets are masked.
 *
 * <p>The library's own rendering would sort the keys by name, and put the origin with its whole path on a line above
 * each value.
 */
public final class EffectiveConfiguration {

    private final StringBuilder out = new StringBuilder();

    private EffectiveConfiguration() {}

    /**
     * Shows both files, as they are now.
     *
     * @throws ConfigurationException when {@link Configuration#loadAll} would throw it
     */
    public static String render(Path gatewayConf) throws ConfigurationException {
        Path routingConf = Configuration.loadAll(gatewayConf).gateway().routingFile();
        return "# " + gatewayConf.toAbsolutePath().normalize() + "\n" + renderGateway(gatewayConf) //
                + "\n# " + routingConf + "\n" + renderRouting(routingConf);
    }

    /**
     * Every value of {@code gateway.conf} in force, by its key. A key that is not in the file has its default.
     *
     * @throws ConfigurationException when the file cannot be read at all
     */
    public static SortedMap<String, String> valuesOfGateway(Path gatewayConf) throws ConfigurationException {
        SortedMap<String, String> values = new TreeMap<>();
        flatten("gateway", merged(block(parse(gatewayConf), "gateway"), block(Reference.root(), "gateway")), values);
        return values;
    }

    private static void flatten(String path, ConfigObject block, SortedMap<String, String> values) {
        block.forEach((key, value) -> {
            String inner = path + "." + ConfigUtil.joinPath(key);
            if (value instanceof ConfigObject object) {
                flatten(inner, object, values);
            } else {
                values.put(inner, value.render(ConfigRenderOptions.concise()));
            }
        });
    }

    static String renderGateway(Path file) throws ConfigurationException {
        ConfigObject reference = block(Reference.root(), "gateway");
        ConfigObject written = block(parse(file), "gateway");
        ConfigObject listeners = block(written.containsKey("listeners") ? written : reference, "listeners");
        ConfigObject defaults = merged(block(written, "listener-defaults"), block(reference, "listener-defaults"));
        ConfigObject senderDefaults = merged(block(written, "sender-defaults"), block(reference, "sender-defaults"));
        ConfigObject all = merged(written, reference)
                .withoutKey("listener-defaults")
                .withoutKey("listeners")
                .withoutKey("sender-defaults")
                .withoutKey("senders");

        EffectiveConfiguration rendering = new EffectiveConfiguration();
        rendering.line("", "gateway {");
        rendering.named("  ", "listeners", listeners, defaults, block(reference, "listener-defaults"));
        rendering.named(
                "  ", "senders", block(written, "senders"), senderDefaults, block(reference, "sender-defaults"));
        rendering.body("  ", all, reference);
        rendering.line("", "}");
        return rendering.out.toString();
    }

    static String renderRouting(Path file) throws ConfigurationException {
        ConfigObject written = parse(file);
        ConfigObject reference = block(Reference.root(), "destination-defaults");
        ConfigObject defaults = merged(block(written, "destination-defaults"), reference);
        EffectiveConfiguration rendering = new EffectiveConfiguration();
        rendering.named("", "destinations", block(written, "destinations"), defaults, reference);

        if (written.containsKey("transforms")) {
            ConfigObject none = ConfigValueFactory.fromMap(Map.of());
            rendering.named("", "transforms", block(written, "transforms"), none, none);
        }

        if (written.containsKey("events")) {
            ConfigObject eventReference = block(Reference.root(), "event-defaults");
            ConfigObject eventDefaults = merged(block(written, "event-defaults"), eventReference);
            rendering.receivers(block(written, "events"), eventDefaults, eventReference);
        }

        ConfigObject routeReference = block(Reference.root(), "route-defaults");
        ConfigObject routeDefaults = merged(block(written, "route-defaults"), routeReference);
        rendering.line("", "routes = [");
        for (ConfigValue route : elements(written.get("routes"))) {
            rendering.line("  ", "{");
            rendering.body("    ", route(merged((ConfigObject) route, routeDefaults)), routeReference);
            rendering.line("  ", "}");
        }
        rendering.line("", "]");
        return rendering.out.toString();
    }

    /**
     * Removes a web service without an address. Otherwise its defaults would look like one whose address is missing.
     */
    private static ConfigObject named(ConfigObject block) {
        ConfigObject named = block;
        for (String service : List.of("rest", "dicomweb")) {
            named = block(block, service).containsKey("url") ? named : named.withoutKey(service);
        }
        return named;
    }

    /** Removes the keys that do not apply to what a listener receives by. */
    private static ConfigObject ofItsType(ConfigObject block) {
        ConfigObject rest = block;
        for (String key : WebListenerReader.foreignKeys(block)) {
            rest = rest.withoutKey(key);
        }
        return rest;
    }

    /** Removes the keys that do not apply to the strategy of the route. */
    private static ConfigObject route(ConfigObject route) {
        ConfigObject rest = route;
        ConfigValue strategy = route.get("strategy");
        String word = strategy == null ? "" : String.valueOf(strategy.unwrapped());
        for (String key : StrategyReader.foreign(word)) {
            rest = rest.withoutKey(key);
        }
        return rest;
    }

    /** Shows the receivers of events, each with the channel that it has. */
    private void receivers(ConfigObject blocks, ConfigObject defaults, ConfigObject order) {
        line("", "events {");
        for (String name : Section.inFileOrder(blocks)) {
            ConfigObject receiver = merged(block(blocks, name), defaults);
            for (String channel : List.of("webhook", "mail")) {
                receiver = block(blocks, name).containsKey(channel) ? receiver : receiver.withoutKey(channel);
            }
            line("  ", ConfigUtil.joinPath(name) + " {");
            body("    ", receiver, order);
            line("  ", "}");
        }
        line("", "}");
    }

    /** Shows a block of named blocks, each merged with the defaults. */
    private void named(String indent, String key, ConfigObject blocks, ConfigObject defaults, ConfigObject order) {
        line(indent, key + " {");
        for (String name : Section.inFileOrder(blocks)) {
            line(indent + "  ", ConfigUtil.joinPath(name) + " {");
            body(indent + "    ", ofItsType(named(merged(block(blocks, name), defaults))), order);
            line(indent + "  ", "}");
        }
        line(indent, "}");
    }

    /**
     * Shows keys without a default first, in the order of the file. Then shows the others, in the order of the
     * defaults.
     */
    private void body(String indent, ConfigObject block, ConfigObject order) {
        Set<String> keys = new LinkedHashSet<>(Section.inFileOrder(block));
        List<String> ordered = new ArrayList<>(keys);
        ordered.removeAll(order.keySet());
        Section.inFileOrder(order).stream().filter(keys::contains).forEach(ordered::add);
        for (String key : ordered) {
            ConfigValue value = block.get(key);
            String name = ConfigUtil.joinPath(key);
            if (value instanceof ConfigObject inner) {
                line(indent, name + " {");
                body(indent + "  ", key.equals("tls") ? TlsReader.effective(inner) : inner, block(order, key));
                line(indent, "}");
            } else if (value != null) {
                String text = Secrets.isSecret(key)
                        ? '"' + Secrets.MASK + '"'
                        : masked(value).render(ConfigRenderOptions.concise());
                line(indent, name + " = " + text + "  # " + source(value.origin()));
            }
        }
    }

    /** Masks secrets within a list of blocks. */
    private static ConfigValue masked(ConfigValue value) {
        if (value instanceof ConfigList list) {
            return ConfigValueFactory.fromIterable(
                    list.stream().map(EffectiveConfiguration::masked).toList());
        }
        if (value instanceof ConfigObject object) {
            Map<String, ConfigValue> copy = new TreeMap<>();
            object.forEach((key, inner) ->
                    copy.put(key, Secrets.isSecret(key) ? ConfigValueFactory.fromAnyRef(Secrets.MASK) : masked(inner)));
            return ConfigValueFactory.fromMap(copy);
        }
        return value;
    }

    private static String source(ConfigOrigin origin) {
        SourceLocation sourceLocation = SourceLocation.of(Path.of("")).child("", origin);
        return switch (sourceLocation.source()) {
            case DEFAULT -> "default";
            case ENVIRONMENT -> "environment";
            case FILE ->
                sourceLocation.file().getFileName() + (sourceLocation.line() > 0 ? ":" + sourceLocation.line() : "");
        };
    }

    private void line(String indent, String text) {
        out.append(indent).append(text).append('\n');
    }

    private static ConfigObject parse(Path file) throws ConfigurationException {
        Problems problems = new Problems();
        ConfigObject root = HoconFile.parse(file, problems).orElse(ConfigValueFactory.fromMap(Map.of()));
        problems.throwIfAny();
        return root;
    }

    private static ConfigObject merged(ConfigObject over, ConfigObject under) {
        return over.withFallback(under);
    }

    private static ConfigObject block(ConfigObject parent, String key) {
        return parent.get(key) instanceof ConfigObject object ? object : ConfigValueFactory.fromMap(Map.of());
    }

    private static List<? extends ConfigValue> elements(@Nullable ConfigValue value) {
        if (value == null) {
            return List.of();
        }
        return value.valueType() == ConfigValueType.LIST ? (ConfigList) value : List.of(value);
    }
}
