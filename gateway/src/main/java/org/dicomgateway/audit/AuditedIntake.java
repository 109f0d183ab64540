package org.dicomgateway.audit;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;

/**
 * Counts the instances that an intake receives. A refused instance has no study that the trail could name, so only
 * the forward log records it.
 */
record AuditedIntake(Intake intake, Transfers transfers) implements Intake {

    @Override
    public Optional<String> closedBecause() {
        return intake.closedBecause();
    }

    @Override
    public Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException {
        Accepted accepted = intake.accept(arrival, dataset);
        Instance instance = accepted.instance();
        transfers.arrived(transferOf(instance), instance.sopClass().value());
        return accepted;
    }

    private static Transfer transferOf(Instance instance) {
        Origin origin = instance.origin();
        return new Transfer(
                true,
                origin.called().value(),
                origin.calling().value(),
                "",
                origin.remoteHost(),
                instance.studyInstanceUid(),
                instance.patientId());
    }
}
