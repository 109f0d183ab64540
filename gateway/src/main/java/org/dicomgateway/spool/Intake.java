package org.dicomgateway.spool;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** The spool as the receiver sees it: takes instances. For any number of threads. */
public interface Intake {

    /** Why nothing would be taken now, in words for the log; empty when the spool is open. Does not block. */
    Optional<String> closedBecause();

    /**
     * Reads a dataset to its end and keeps it, with its planned deliveries.
     *
     * <p>When this returns, dataset and plan have survived any crash from here on: they are in the log and synced. When
     * it throws, nothing of the instance remains.
     *
     * @throws RefusedException when the spool cannot or must not take it: the kind says why. The dataset may not have
     *     been read to its end.
     * @throws IOException when {@code dataset} could not be read: the sender's trouble
     */
    Accepted accept(Arrival arrival, InputStream dataset) throws RefusedException, IOException;

    /**
     * What is known of an instance before its dataset is read.
     *
     * @param sopClass as announced by the sender; the dataset must agree
     * @param sopInstance as announced by the sender; the dataset must agree
     * @param transferSyntax what the dataset is encoded in
     * @param origin the association that brings it
     */
    record Arrival(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, Origin origin) {}

    /** What was kept, and where it will go. */
    record Accepted(Instance instance, Plan plan) {}
}
