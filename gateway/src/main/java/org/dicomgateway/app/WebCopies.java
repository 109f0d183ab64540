package org.dicomgateway.app;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.forward.web.HeldCopy;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.verify.Archive;
import org.dicomgateway.verify.Finding;

/** Compares what a server has already, as verification does: by what it is asked by, and by the same digest. */
final class WebCopies implements HeldCopy {

    private final Function<DestinationSettings, Optional<Archive>> archives;

    WebCopies(Function<DestinationSettings, Optional<Archive>> archives) {
        this.archives = archives;
    }

    @Override
    public HeldCopy.Answer of(DestinationSettings destination, Claim claim, Optional<SentAs> sentAs)
            throws IOException {
        Archive archive = archives.apply(destination).orElseThrow();
        // Without a transform, the digest is made from the spool: this delivery is not in the ledger as a copy.
        Copy copy = new Copy(
                claim.deliveryId(),
                sentAs.map(claim.instance()::sentAs).orElse(claim.instance()),
                destination.name(),
                sentAs.map(SentAs::digest),
                Optional.empty(),
                CopyState.UNCHECKED,
                Optional.empty(),
                false,
                sentAs.isPresent());
        Optional<String> name = archive.name(copy);
        if (name.isEmpty()) {
            return new HeldCopy.Answer(Kind.ABSENT, "");
        }
        Finding finding = archive.check(copy, name.get(), Level.CONTENT);
        Kind kind = switch (finding.state()) {
            case VERIFIED -> Kind.SAME;
            case DIFFERING -> Kind.OTHER;
            case MISSING -> Kind.ABSENT;
            case UNVERIFIABLE, UNCHECKED, REPLACED -> Kind.UNKNOWN;
        };
        return new HeldCopy.Answer(kind, finding.detail());
    }
}
