package org.dicomgateway.config;

import java.util.Set;
import org.dicomgateway.dicom.AcceptorSettings;
import org.dicomgateway.dicom.AeTitle;

/**
 * One port on which associations are accepted.
 *
 * @param name its key under {@code listeners}
 * @param aeTitles the AE titles it answers to; never empty
 * @param acceptor address, limits and timeouts
 */
public record ListenerSettings(String name, Set<AeTitle> aeTitles, AcceptorSettings acceptor) {

    /** Copies the set. */
    public ListenerSettings {
        aeTitles = Set.copyOf(aeTitles);
    }
}
