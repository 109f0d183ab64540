package org.dicomgateway.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.dicomgateway.config.Configuration;
import org.dicomgateway.config.EffectiveConfiguration;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices changes of {@code gateway.conf} while the gateway runs, and names the keys that need a restart. */
final class RestartNeeds {

    private static final Logger LOG = LoggerFactory.getLogger(RestartNeeds.class);

    private final Path file;
    private final SortedMap<String, String> inForce;
    private FileContents seen;
    private FileContents settled;
    private volatile List<String> keys = List.of();

    /** Takes the present content of the file as what is in force. */
    RestartNeeds(Path file) throws ConfigurationException {
        this.file = file;
        this.inForce = EffectiveConfiguration.valuesOfGateway(file);
        this.seen = FileContents.of(Set.of(file));
        this.settled = seen;
    }

    /** The keys that were changed since the start. */
    List<String> keys() {
        return keys;
    }

    /** Looks at the file once. A change is reported when the next look finds the same content. */
    synchronized void look() {
        FileContents now = FileContents.of(Set.of(file));
        boolean calm = now.equals(seen);
        seen = now;
        if (calm && !now.equals(settled)) {
            settled = now;
            compare();
        }
    }

    private void compare() {
        try {
            Configuration.load(file);
            List<String> changed = difference(EffectiveConfiguration.valuesOfGateway(file));
            if (!changed.equals(keys)) {
                tell(changed);
            }
            keys = changed;
        } catch (ConfigurationException e) {
            LOG.warn("{} has problems: the running gateway is not affected, but it would not start again", file);
            e.problems().forEach(problem -> LOG.warn("{}", problem));
        }
    }

    private void tell(List<String> changed) {
        if (changed.isEmpty()) {
            LOG.info("{} matches what is in force again; no restart is needed", file);
        } else {
            LOG.warn("{} was changed; this needs a restart: {}", file, String.join(", ", changed));
        }
    }

    private List<String> difference(SortedMap<String, String> now) {
        TreeSet<String> all = new TreeSet<>(inForce.keySet());
        all.addAll(now.keySet());
        all.removeIf(key -> Objects.equals(inForce.get(key), now.get(key)));
        return List.copyOf(all);
    }
}
