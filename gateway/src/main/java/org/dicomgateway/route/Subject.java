package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.jspecify.annotations.Nullable;

/** The instance that conditions are compared with. For one thread. Reads only the values that a condition names. */
final class Subject {

    private final InstanceHeader header;
    private final Origin origin;
    private @Nullable IpAddress address;
    private boolean addressKnown;

    Subject(InstanceHeader header, Origin origin) {
        this.header = header;
        this.origin = origin;
    }

    List<String> values(Field field) {
        return switch (field.kind()) {
            case CALLING_AE -> List.of(origin.calling().value());
            case CALLED_AE -> List.of(origin.called().value());
            case SOP_CLASS -> List.of(header.sopClass().value());
            case TRANSFER_SYNTAX -> List.of(header.transferSyntax().uid().value());
            case ATTRIBUTE -> header.values(field.tag());
        };
    }

    /** Whether the sender's address is in one of the ranges. False when it is not an IP address. */
    boolean comesFrom(List<AddressRange> ranges) {
        if (!addressKnown) {
            address = IpAddress.ofPeer(origin.remoteHost()).orElse(null);
            addressKnown = true;
        }
        for (AddressRange range : ranges) {
            if (address != null && range.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
