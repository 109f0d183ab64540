package org.dicomgateway.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
 * copy was just found to be what was sent. Another copy is not used, whatever it is. Then it goes out through its lane,
 * and to this destination alone.
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

    /** Returns why the delivery is not pending again; empty: it is. */
    Optional<String> sendAgain(Copy copy, Finding finding) {
        String reason = switch (finding.state()) {
            case MISSING -> "it was missing there";
            case DIFFERING -> "other content was there";
            default -> "what is there could not be compared";
        };
        if (copies.sendAgain(copy.deliveryId(), reason)) {
            return Optional.empty();
        }
        List<String> why = new ArrayList<>(List.of("the spool has no bytes of it any more"));
        for (Copy other : copies.ofInstance(copy.instance().id())) {
            if (!other.destination().equals(copy.destination()) && !other.replaced() && !other.transformed()) {
                Optional<String> refused = takeFrom(other, copy, reason);
                if (refused.isEmpty()) {
                    return Optional.empty();
                }
                why.add(other.destination() + ": " + refused.get());
            }
        }
        if (why.size() == 1) {
            why.add("no other server got it");
        }
        return Optional.of(String.join("; ", why));
    }

    private Optional<String> takeFrom(Copy source, Copy copy, String reason) {
        Optional<Archive> archive = archives.apply(source.destination());
        if (archive.isEmpty()) {
            return Optional.of("it cannot be asked; set rest, dicomweb or verify.level of it");
        }
        try {
            return takeFrom(archive.get(), source, copy, reason);
        } catch (IOException | RefusedException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private Optional<String> takeFrom(Archive archive, Copy source, Copy copy, String reason)
            throws IOException, RefusedException {
        Optional<String> name = archive.name(source);
        if (name.isEmpty()) {
            return Optional.of("it does not have it either");
        }
        Finding checked = archive.check(source, name.get(), Level.CONTENT);
        if (checked.state() != CopyState.VERIFIED) {
            return Optional.of("what it has is not proved to be what was sent, and is not used: " + checked.detail());
        }
        LOG.info(
                "instance {} is taken from {} and sent to {} again",
                copy.instance().id(),
                source.destination(),
                copy.destination());
        return copies.restore(
                        copy.deliveryId(),
                        target -> archive.fetch(source, name.get(), checked, target),
                        reason + "; taken from " + source.destination())
                ? Optional.empty()
                : Optional.of("its delivery is not in the state delivered any more");
    }
}
