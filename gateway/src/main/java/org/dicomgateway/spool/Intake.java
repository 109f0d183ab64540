package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** The spool as the receiver sees it: accepts instances. Thread-safe. */
public interface Intake {

    /**
     * The reason why the spool accepts no instances now, as text for the log. Empty when the spool is open. Does not
     * block.
     */
    Optional<String> closedBecause();

    /**
     * Reads a dataset to its end and keeps it with its planned deliveries.
     *
     * <p>When this method returns, dataset and plan are in the log and synced: they survive any later crash. When it
     * throws, nothing of the instance remains.
     *
     * @throws RefusedException when the spool cannot or must not keep the instance; the kind says why. The dataset may
     *     not have been read to its end.
     * @throws IOException when {@code dataset} cannot be read: the problem is on the sender's side
     */
    Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException;

    /**
     * What is known of an instance before its dataset is read.
     *
     * @param sopClass the announced SOP Class UID; the dataset must agree
     * @param sopInstance the announced SOP Instance UID; the dataset must agree
     * @param transferSyntax the encoding of the dataset
     * @param origin the association that sends the instance
     * @param study the study that the dataset must belong to; empty: any
     */
    record Arrival(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, Origin origin, Optional<Uid> study) {}

    /** The kept instance and its plan. */
    record Accepted(Instance instance, Plan plan) {}
}
