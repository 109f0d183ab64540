package org.dicomgateway.config.reader;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.dicomgateway.config.hocon.HoconFile;
import org.dicomgateway.config.hocon.Problems;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.hocon.Warning;

/** Finds {@code tls} blocks that have keys, and beside them {@code enabled = false}: nothing is encrypted. */
public final class TlsOff {

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
                look(inner, there);
            } else if (value instanceof ConfigList list) {
                SourceLocation there = place.child(key, list.origin());
                list.stream()
                        .filter(ConfigObject.class::isInstance)
                        .forEach(element -> look((ConfigObject) element, there));
            }
        }
    }

    private void check(ConfigObject tls, SourceLocation place) {
        ConfigValue enabled = tls.get("enabled");
        boolean off = enabled != null && OFF.contains(String.valueOf(enabled.unwrapped()));
        if (off && TlsReader.KEYS.stream().anyMatch(tls::containsKey)) {
            SourceLocation there = place.child("enabled", enabled.origin());
            found.add(new Warning(
                    there.file(),
                    there.line(),
                    there.key(),
                    "TLS is off, although keys are here: everything travels in the clear, also what identifies patients",
                    "remove this line, or the keys"));
        }
    }
}
