package org.dicomgateway.app;

import static java.util.stream.Collectors.toMap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The destinations that operators paused, with their reasons, in a file beside the spool: a restart does not undo what
 * somebody did on purpose. A change is on disk when the method returns; a crash leaves the old file or the new one.
 */
final class PausedDestinations {

    private static final Logger LOG = LoggerFactory.getLogger(PausedDestinations.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path file;
    private final Map<String, String> reasons;

    private PausedDestinations(Path file, Map<String, String> reasons) {
        this.file = file;
        this.reasons = new TreeMap<>(reasons);
    }

    /**
     * Those of an earlier process. When its file cannot be read, nobody knows which of these destinations somebody paused
     * on purpose: then all of them are, and it is told.
     *
     * @param destinations that the rules name
     */
    static PausedDestinations besideSpool(Path spool, Set<String> destinations) {
        Path file = spool.resolveSibling(spool.getFileName() + "-paused.json");
        return new PausedDestinations(file, read(file, destinations));
    }

    private static Map<String, String> read(Path file, Set<String> destinations) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Map<String, String> paused =
                    JSON.readValue(Files.readString(file), new TypeReference<Map<String, String>>() {});
            if (paused == null || paused.values().stream().anyMatch(Objects::isNull)) {
                throw new IOException("not destinations with their reasons");
            }
            return paused;
        } catch (IOException | JacksonException e) {
            LOG.error("{} cannot be read: all destinations are paused, resume those that may be sent to", file, e);
            String why =
                    file.getFileName() + " was damaged, so nobody knows what was paused; resume it when that is right";
            return destinations.stream().collect(toMap(name -> name, name -> why));
        }
    }

    /** All, with their reasons. */
    synchronized Map<String, String> all() {
        return Map.copyOf(reasons);
    }

    /** @throws UncheckedIOException when it cannot be written; it is then forgotten by a restart */
    synchronized void add(String destination, String why) {
        reasons.put(destination, why);
        write();
    }

    /** @throws UncheckedIOException when it cannot be written; a restart then pauses it again */
    synchronized void remove(String destination) {
        if (reasons.remove(destination) != null) {
            write();
        }
    }

    private void write() {
        DurableFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(reasons));
    }
}
