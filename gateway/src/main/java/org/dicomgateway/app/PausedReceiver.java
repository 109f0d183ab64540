package org.dicomgateway.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The spool's intake, with a door that operators can close: no new associations then, while those that are open go on.
 * That it is closed stands in a file beside the spool, with the reason: a restart does not undo what somebody did on
 * purpose.
 */
final class PausedReceiver implements Intake {

    private static final Logger LOG = LoggerFactory.getLogger(PausedReceiver.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Intake spool;
    private final Path file;
    private volatile Optional<String> reason;

    /** What the file says. */
    private record Paused(@Nullable String reason) {}

    private PausedReceiver(Intake spool, Path file, Optional<String> reason) {
        this.spool = spool;
        this.file = file;
        this.reason = reason;
    }

    /** As an earlier process left it. A file that cannot be read pauses all the same, and is told of. */
    static PausedReceiver besideSpool(Path directory, Intake spool) {
        Path file = directory.resolveSibling(directory.getFileName() + "-receiver-paused.json");
        return new PausedReceiver(spool, file, read(file));
    }

    private static Optional<String> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Paused paused = JSON.readValue(Files.readString(file), Paused.class);
            if (paused == null || paused.reason() == null) {
                throw new IOException("no reason, not even an empty one");
            }
            return Optional.of(paused.reason());
        } catch (IOException | JacksonException e) {
            LOG.error("{} cannot be read: receiving stays paused, resume it when that is right", file, e);
            return Optional.of(file.getFileName() + " was damaged; resume it when that is right");
        }
    }

    /** Why it is paused, which may be an empty text; empty when it is not. */
    Optional<String> paused() {
        return reason;
    }

    /**
     * Closes it; in force before it is on disk.
     *
     * @throws UncheckedIOException when it cannot be written; a restart then opens it
     */
    synchronized void pause(String why) {
        reason = Optional.of(why);
        DurableFile.replace(file, JSON.writeValueAsString(new Paused(why)));
    }

    /**
     * Opens it again.
     *
     * @return whether it was paused
     * @throws UncheckedIOException when it cannot be noted; a restart then pauses it again
     */
    synchronized boolean resume() {
        boolean was = reason.isPresent();
        reason = Optional.empty();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
        }
        return was;
    }

    @Override
    public Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException {
        return spool.accept(arrival, dataset);
    }

    @Override
    public Optional<String> closedBecause() {
        return reason.map(why -> "an operator paused receiving" + (why.isEmpty() ? "" : ": " + why))
                .or(spool::closedBecause);
    }
}
