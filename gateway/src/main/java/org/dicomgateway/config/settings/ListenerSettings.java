package org.dicomgateway.config.settings;

import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;

/**
 * One port on which associations are accepted.
 *
 * @param name its key under {@code listeners}
 * @param aeTitles the AE titles that peers may call here; never empty
 * @param acceptor address, limits, timeouts and TLS
 * @param maxRate the maximum rate of all its senders together; instances above it wait
 * @param access which peers may send: the first rule that matches applies; never empty
 */
public record ListenerSettings(
        String name, Set<AeTitle> aeTitles, AcceptorSettings acceptor, RateLimit maxRate, List<AccessRule> access) {

    /** Copies the set and the list. */
    public ListenerSettings {
        aeTitles = Set.copyOf(aeTitles);
        access = List.copyOf(access);
    }
}
