package org.dicomgateway.forward.association;

import java.util.Collection;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.wire.AssociationException;

/** Opens connections to one destination, of whatever kind it is. For any number of threads. */
public interface Connector {

    /**
     * Opens a connection.
     *
     * @param calling our AE title, where the kind of connection has one
     * @param pairs what will be sent; at least one
     * @throws AssociationException when it cannot be opened; nothing stays open then
     */
    StoreConnection open(AeTitle calling, Collection<PresentationPair> pairs) throws AssociationException;

    /** Whether {@link #open} calls the destination, so that its success is an answer. */
    boolean callsToOpen();

    /** Makes connectors. */
    @FunctionalInterface
    interface Factory {

        /**
         * A connector to this destination.
         *
         * @param timeouts in place of those of the destination
         */
        Connector to(DestinationSettings destination, RequestorSettings timeouts);
    }
}
