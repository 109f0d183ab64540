package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;

/**
 * One port on which associations are accepted.
 *
 * @param name its key under {@code listeners}
 * @param aeTitles the AE titles it answers to; never empty
 * @param acceptor address, limits, timeouts and TLS
 * @param maxRate what all its senders together may do; what goes over it waits
 * @param access who may send: the first rule that fits holds; never empty
 */
public record ListenerSettings(
        String name, Set<AeTitle> aeTitles, AcceptorSettings acceptor, RateLimit maxRate, List<AccessRule> access) {

    /** Copies the set and the list. */
    public ListenerSettings {
        aeTitles = Set.copyOf(aeTitles);
        access = List.copyOf(access);
    }
}
