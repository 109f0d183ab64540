package org.dicomgateway.config.reader;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.hocon.HoconFile;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.hocon.Warning;

/**
 * Finds {@code tls} blocks that encrypt nothing: they have keys, and {@code enabled = false} is beside them or in the
 * defaults; or they have none of the keys that mean TLS.
 */
public final class TlsOff {

    /** The blocks whose elements have defaults in a block beside them. */
    private static final Set<String> SHARING = Set.of("destinations", "listeners", "senders");

    private static final Set<String> OFF = Set.of("false", "no", "off");

    private final List<Warning> found = new ArrayList<>();

    private TlsOff() {}

    /** The warnings for a file without problems, in its order. */
    public static List<Warning> in(Path file) {
        TlsOff off = new TlsOff();
        SourceLocation root = SourceLocation.of(file.toAbsolutePath().normalize());
        HoconFile.parse(file, new Problems()).ifPresent(object -> off.look(object, root));
        return off.found;
    }

    private void look(ConfigObject block, SourceLocation place) {
        for (String key : Section.inFileOrder(block)) {
            ConfigValue value = block.get(key);
            if (value instanceof ConfigObject inner) {
                SourceLocation there = place.child(key, inner.origin());
                if (key.equals("tls")) {
                    check(inner, there);
                }
                sharing(key, block).ifPresent(shared -> each(inner, there, shared));
                look(inner, there);
            } else if (value instanceof ConfigList list) {
                SourceLocation there = place.child(key, list.origin());
                list.stream()
                        .filter(ConfigObject.class::isInstance)
                        .forEach(element -> look((ConfigObject) element, there));
            }
        }
    }

    /** The {@code tls} block of {@code destination-defaults} beside {@code destinations}, and so on; or none. */
    private static Optional<ConfigObject> sharing(String key, ConfigObject block) {
        if (!SHARING.contains(key)) {
            return Optional.empty();
        }
        ConfigValue defaults = block.get(key.substring(0, key.length() - 1) + "-defaults");
        return Optional.of(
                defaults instanceof ConfigObject there && there.get("tls") instanceof ConfigObject tls
                        ? tls
                        : ConfigFactory.empty().root());
    }

    private void each(ConfigObject blocks, SourceLocation place, ConfigObject shared) {
        for (String name : Section.inFileOrder(blocks)) {
            if (blocks.get(name) instanceof ConfigObject one && one.get("tls") instanceof ConfigObject tls) {
                check(tls, shared, place.child(name, one.origin()).child("tls", tls.origin()));
            }
        }
    }

    /** Whether a block of its own turns nothing on, beside what all share. */
    private void check(ConfigObject tls, ConfigObject shared, SourceLocation place) {
        if (tls.containsKey("enabled")) {
            return;
        }
        if (hasKeys(tls) && isOff(shared)) {
            warn(place, "TLS is off by enabled = false in the defaults, although keys are here", "add enabled = true");
        } else if (!hasKeys(tls) && !hasKeys(shared) && !shared.containsKey("enabled")) {
            warn(place, "TLS is off, although there is a tls block", "add trust or a certificate, or remove the block");
        }
    }

    private void check(ConfigObject tls, SourceLocation place) {
        ConfigValue enabled = tls.get("enabled");
        if (enabled != null && isOff(tls) && hasKeys(tls)) {
            SourceLocation there = place.child("enabled", enabled.origin());
            warn(there, "TLS is off, although keys are here", "remove this line, or the keys");
        }
    }

    private static boolean isOff(ConfigObject tls) {
        ConfigValue enabled = tls.get("enabled");
        return enabled != null && OFF.contains(String.valueOf(enabled.unwrapped()));
    }

    private static boolean hasKeys(ConfigObject tls) {
        return TlsReader.KEYS.stream().anyMatch(tls::containsKey);
    }

    private void warn(SourceLocation there, String what, String remedy) {
        found.add(new Warning(
                there.file(),
                there.line(),
                there.key(),
                what + ": everything travels in the clear, also what identifies patients",
                remedy));
    }
}
