package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.Field;
import org.dicomgateway.dicom.InstanceHeader;
import org.dicomgateway.dicom.Origin;

/** The instance that conditions are asked about. The header is asked only for what a condition names. */
record Subject(InstanceHeader header, Origin origin) {

    List<String> values(Field field) {
        return switch (field.kind()) {
            case CALLING_AE -> List.of(origin.calling().value());
            case CALLED_AE -> List.of(origin.called().value());
            case SOP_CLASS -> List.of(header.sopClass().value());
            case TRANSFER_SYNTAX -> List.of(header.transferSyntax().uid().value());
            case ATTRIBUTE -> header.values(field.tag());
        };
    }
}
