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
 * The destinations that operators paused, with the reasons. They are kept in a file beside the spool, so that a restart
 * does not undo a pause. A change is on disk when the method returns. A crash leaves the old file or the new one.
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
     * Reads what an earlier process left. If the file cannot be read, it is unknown which destinations were paused.
     * Then all of them are paused, and this is logged.
     *
     * @param destinations the destinations of the rules
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
                throw new IOException("not a list of destinations with reasons");
            }
            return paused;
        } catch (IOException | JacksonException e) {
            LOG.error("{} cannot be read: all destinations are paused, resume those that should be used", file, e);
            String why = file.getFileName()
                    + " was damaged: it is unknown which destinations were paused; resume this one if you use it";
            return destinations.stream().collect(toMap(name -> name, name -> why));
        }
    }

    /** All paused destinations, with the reasons. */
    synchronized Map<String, String> all() {
        return Map.copyOf(reasons);
    }

    /**
     * Adds a destination, or changes its reason.
     *
     * @throws UncheckedIOException when the file cannot be written; a restart then forgets the pause
     */
    synchronized void add(String destination, String why) {
        reasons.put(destination, why);
        write();
    }

    /**
     * Removes a destination.
     *
     * @throws UncheckedIOException when the file cannot be written; a restart then pauses the destination again
     */
    synchronized void remove(String destination) {
        if (reasons.remove(destination) != null) {
            write();
        }
    }

    private void write() {
        DurableFile.replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(reasons));
    }
}
