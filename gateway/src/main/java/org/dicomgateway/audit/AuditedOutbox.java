package org.dicomgateway.audit;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Outbox;
import org.dicomgateway.spool.Outbox.SentAs;
import org.dicomgateway.spool.Settlement;

/** Counts the deliveries that were sent from an outbox, and those that will never be sent. */
record AuditedOutbox(Outbox outbox, Transfers transfers, Function<String, Optional<DestinationSettings>> destinations)
        implements Outbox {

    @Override
    public List<Claim> claim(String destination, int max) {
        return outbox.claim(destination, max);
    }

    @Override
    public InputStream open(Claim claim) throws IOException {
        InputStream dataset = outbox.open(claim);
        transfers.begin(transferOf(claim));
        return dataset;
    }

    @Override
    public void settle(Claim claim, Settlement settlement) {
        outbox.settle(claim, settlement);
        String sopClass = claim.instance().sopClass().value();
        if (settlement instanceof Settlement.Delivered) {
            transfers.arrived(transferOf(claim), sopClass);
        } else if (settlement instanceof Settlement.Parked parked) {
            transfers.failed(transferOf(claim), sopClass, parked.reason());
        }
    }

    @Override
    public boolean passesOn(Claim claim) {
        return outbox.passesOn(claim);
    }

    @Override
    public boolean explainsDuplicate(Claim claim) {
        return outbox.explainsDuplicate(claim);
    }

    @Override
    public Optional<Instant> lastReceived(String study) throws NotNowException {
        return outbox.lastReceived(study);
    }

    @Override
    public Optional<SentAs> sentAs(Claim claim) throws NotNowException {
        return outbox.sentAs(claim);
    }

    @Override
    public void noteSentUnchanged(Claim claim) throws NotNowException {
        outbox.noteSentUnchanged(claim);
    }

    @Override
    public Note noteSentAs(Map<Claim, SentAs> sentAs) throws NotNowException {
        return outbox.noteSentAs(sentAs);
    }

    @Override
    public Note withdrawSentAs(Claim claim) {
        return outbox.withdrawSentAs(claim);
    }

    @Override
    public void reconsider(String destination) {
        outbox.reconsider(destination);
    }

    @Override
    public void hoursChanged(Map<String, Instant> openings) {
        outbox.hoursChanged(openings);
    }

    @Override
    public void onWork(String destination, Runnable wakeUp) {
        outbox.onWork(destination, wakeUp);
    }

    @Override
    public void onComing(String destination, Coming coming) {
        outbox.onComing(destination, coming);
    }

    private Transfer transferOf(Claim claim) {
        Instance instance = claim.instance();
        Optional<DestinationSettings> destination = destinations.apply(claim.destination());
        return new Transfer(
                false,
                destination
                        .flatMap(DestinationSettings::callingAe)
                        .map(AeTitle::value)
                        .orElse(instance.origin().calling().value()),
                destination
                        .map(settings -> settings.peer()
                                .map(peer -> peer.aeTitle().value())
                                .orElseGet(settings::address))
                        .orElse(""),
                claim.destination(),
                destination.map(DestinationSettings::host).orElse(""),
                instance.studyInstanceUid(),
                instance.patientId());
    }
}
