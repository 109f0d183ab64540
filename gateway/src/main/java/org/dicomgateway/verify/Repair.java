package org.dicomgateway.verify;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.RefusedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a copy's delivery pending again: from the bytes that the spool keeps, or else from another destination whose
 * copy was just found to be what was sent. Then it goes out through its lane, and to this destination alone.
 */
final class Repair {

    private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

    private final Copies copies;
    private final Function<String, Optional<Archive>> archives;

    /** @param archives what can be asked of a destination, by its name */
    Repair(Copies copies, Function<String, Optional<Archive>> archives) {
        this.copies = copies;
        this.archives = archives;
    }

    /** Returns whether the delivery is pending now. */
    boolean sendAgain(Copy copy, Finding finding) {
        String reason = switch (finding.state()) {
            case MISSING -> "it was missing there";
            case DIFFERING -> "other content was there";
            default -> "what is there could not be compared";
        };
        if (copies.sendAgain(copy.deliveryId(), reason)) {
            return true;
        }
        for (Copy other : copies.ofInstance(copy.instance().id())) {
            if (!other.destination().equals(copy.destination()) && !other.replaced()) {
                try {
                    if (takeFrom(other, copy, reason)) {
                        return true;
                    }
                } catch (IOException | RefusedException e) {
                    LOG.warn(
                            "instance {} cannot be taken from {} to repair {}: {}",
                            copy.instance().id(),
                            other.destination(),
                            copy.destination(),
                            e.getMessage());
                }
            }
        }
        return false;
    }

    private boolean takeFrom(Copy source, Copy copy, String reason) throws IOException, RefusedException {
        Optional<Archive> archive = archives.apply(source.destination());
        if (archive.isEmpty()) {
            return false;
        }
        Optional<String> name = archive.get().name(source);
        if (name.isEmpty()) {
            return false;
        }
        Finding checked = archive.get().check(source, name.get(), Level.CONTENT);
        if (checked.state() != CopyState.VERIFIED) {
            return false;
        }
        LOG.info(
                "instance {} is taken from {} and sent to {} again",
                copy.instance().id(),
                source.destination(),
                copy.destination());
        return copies.restore(
                copy.deliveryId(),
                target -> archive.get().fetch(source, name.get(), checked, target),
                reason + "; taken from " + source.destination());
    }
}
