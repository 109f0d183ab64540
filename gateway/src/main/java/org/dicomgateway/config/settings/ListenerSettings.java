package org.dicomgateway.config.settings;

import java.util.Optional;
import java.util.List;
import java.util.Set;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.dicom.acceptor.AcceptorSettings;
import org.dicomgateway.dicom.values.AeTitle;

/**
 * One port on which instances are received: by associations, or over DICOMweb. The limits of associations are then those of
 * connections.
 *
 * @param name its key under {@code listeners}
 * @param aeTitles the AE titles that peers may call here; never empty
 * @param acceptor address, limits, timeouts and TLS
 * @param maxRate the maximum rate of all its senders together; instances above it wait
 * @param access which peers may send: the first rule that matches applies; never empty
 * @param proxies the load balancers that say in a header whose connection they pass on; may be empty
 * @param web how it receives over DICOMweb; empty: it accepts associations
 */
public record ListenerSettings(
        String name,
        Set<AeTitle> aeTitles,
        AcceptorSettings acceptor,
        RateLimit maxRate,
        List<AccessRule> access,
        List<AddressRange> proxies,
        Optional<WebListenerSettings> web) {

    /** Copies the set and the lists. */
    public ListenerSettings {
        aeTitles = Set.copyOf(aeTitles);
        access = List.copyOf(access);
        proxies = List.copyOf(proxies);
    }
}
