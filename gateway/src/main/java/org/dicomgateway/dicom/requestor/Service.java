package org.dicomgateway.dicom.requestor;

import java.util.List;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Commands;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** The services of the Study Root Query/Retrieve Information Model that the gateway uses (PS3.4 C.6.2). */
enum Service {
    C_FIND("1.2.840.10008.5.1.4.1.2.2.1", Dimse.C_FIND_RSP),
    C_GET("1.2.840.10008.5.1.4.1.2.2.3", Dimse.C_GET_RSP);

    private static final int MEDIUM_PRIORITY = 0;

    private final String sopClass;
    private final Dimse response;

    Service(String sopClass, Dimse response) {
        this.sopClass = sopClass;
        this.response = response;
    }

    Uid sopClass() {
        return Uid.of(sopClass);
    }

    Dimse response() {
        return response;
    }

    Attributes command(int messageId) {
        return this == C_FIND
                ? Commands.mkCFindRQ(messageId, sopClass, MEDIUM_PRIORITY)
                : Commands.mkCGetRQ(messageId, sopClass, MEDIUM_PRIORITY);
    }

    /** What to propose for identifiers. Not deflated: a small response could become a very large dataset. */
    List<PresentationPair> pairs() {
        return List.of(
                new PresentationPair(sopClass(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                new PresentationPair(sopClass(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN));
    }

    @Override
    public String toString() {
        return name().replace('_', '-');
    }
}
