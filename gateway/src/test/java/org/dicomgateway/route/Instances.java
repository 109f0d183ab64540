package org.dicomgateway.route;

import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** Instances to be routed. */
final class Instances {

    static final int IMAGE_TYPE = 0x00080008;
    static final int MODALITY = 0x00080060;
    static final int STUDY_DESCRIPTION = 0x00081030;

    static final Origin ORIGIN = new Origin(AeTitle.of("MAMMO1"), AeTitle.of("GATEWAY"), "10.1.2.3");

    private Instances() {}

    /** A CT image of one network, with these attributes. */
    static InstanceHeader withAttributes(Map<Integer, List<String>> attributes) {
        return InstanceHeader.of(
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                attributes);
    }

    static InstanceHeader ofModality(String modality) {
        return withAttributes(Map.of(MODALITY, List.of(modality)));
    }
}
