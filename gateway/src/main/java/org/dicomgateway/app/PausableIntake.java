package org.dicomgateway.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * An intake that operators can pause or drain. New associations are then refused.
 *
 * <ul>
 *   <li>A pause lets open associations continue. It and its reason are kept in a file beside the spool, so that a
 *       restart does not undo it.
 *   <li>A drain finishes the instances under way, and refuses all further ones. It ends with the process: a gateway
 *       that was drained, stopped and started again on the same spool receives.
 * </ul>
 */
final class PausableIntake implements Intake {

    private static final Logger LOG = LoggerFactory.getLogger(PausableIntake.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Intake intake;
    private final Path file;
    private volatile Optional<String> reason;
    private volatile Optional<String> drain = Optional.empty();
    private final AtomicInteger underWay = new AtomicInteger();

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

    /** The reason for the drain, which may be an empty text; empty when the gateway is not drained. */
    Optional<String> draining() {
        return drain;
    }

    /** Takes nothing more in. A pause stays as well, and outlives the drain. */
    void drain(String why) {
        drain = Optional.of(why);
    }

    /** The number of instances that are being received. Once it is 0 during a drain, it stays 0. */
    int underWay() {
        return underWay.get();
    }

    /**
     * Resumes receiving, after a pause, a drain or both.
     *
     * @return whether it was paused or drained
     * @throws UncheckedIOException when the file cannot be deleted; a restart then pauses receiving again
     */
    synchronized boolean resume() {
        boolean was = reason.isPresent() || drain.isPresent();
        reason = Optional.empty();
        drain = Optional.empty();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file + ": " + e.getMessage(), e);
        }
        return was;
    }

    @Override
    public Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException {
        // Counted before it looks: who begins a drain and then reads 0 has missed nobody that is let in.
        underWay.incrementAndGet();
        try {
            Optional<String> closed = drain.map(PausableIntake::drained);
            if (closed.isPresent()) {
                throw new RefusedException(RefusedException.Kind.CLOSED, closed.get(), null);
            }
            return intake.accept(arrival, dataset);
        } finally {
            underWay.decrementAndGet();
        }
    }

    @Override
    public Optional<String> closedBecause() {
        return drain.map(PausableIntake::drained)
                .or(() -> reason.map(why -> "an operator paused receiving" + because(why)))
                .or(intake::closedBecause);
    }

    private static String drained(String why) {
        return "an operator drains the gateway" + because(why);
    }

    private static String because(String why) {
        return why.isEmpty() ? "" : ": " + why;
    }
}
