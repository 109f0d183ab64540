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
 * An intake that operators can pause: new associations are then refused, while open ones continue. The pause
 * and its reason are kept in a file beside the spool, so that a restart does not undo a pause.
 */
final class PausableIntake implements Intake {

    private static final Logger LOG = LoggerFactory.getLogger(PausableIntake.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Intake intake;
    private final Path file;
    private volatile Optional<String> reason;

    /** The content of the file. */
    private record Paused(@Nullable String reason) {}

    private PausableIntake(Intake intake, Path file, Optional<String> reason) {
        this.intake = intake;
        this.file = file;
        this.reason = reason;
    }

    /** Restores what an earlier process left. If the file cannot be read, receiving is paused, and this is logged. */
    static PausableIntake besideSpool(Path directory, Intake intake) {
        Path file = directory.resolveSibling(directory.getFileName() + "-receiver-paused.json");
        return new PausableIntake(intake, file, read(file));
    }

    private static Optional<String> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Paused paused = JSON.readValue(Files.readString(file), Paused.class);
            if (paused == null || paused.reason() == null) {
                throw new IOException("the reason is missing; an empty one is allowed");
            }
            return Optional.of(paused.reason());
        } catch (IOException | JacksonException e) {
            LOG.error("{} cannot be read: receiving stays paused, resume it when you want to receive", file, e);
            return Optional.of(file.getFileName() + " was damaged; resume it when you want to receive");
        }
    }

    /** The reason for the pause, which may be an empty text; empty when receiving is not paused. */
    Optional<String> paused() {
        return reason;
    }

    /**
     * Pauses receiving. This is in force before it is on disk.
     *
     * @throws UncheckedIOException when the file cannot be written; a restart then forgets the pause
     */
    synchronized void pause(String why) {
        reason = Optional.of(why);
        DurableFile.replace(file, JSON.writeValueAsString(new Paused(why)));
    }

    /**
     * Resumes receiving.
     *
     * @return whether it was paused
     * @throws UncheckedIOException when the file cannot be deleted; a restart then pauses receiving again
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
        return intake.accept(arrival, dataset);
    }

    @Override
    public Optional<String> closedBecause() {
        return reason.map(why -> "an operator paused receiving" + (why.isEmpty() ? "" : ": " + why))
                .or(intake::closedBecause);
    }
}
