package org.dicomgateway.dicom;

import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.metric.internal.pdu.RoleSelection;

/** Turns an A-ASSOCIATE-RQ into an A-ASSOCIATE-AC (PS3.8 9.3.3, PS3.7 Annex D). Takes what the proposer would rather. */
final class Negotiation {

    private static final String APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
    private static final int SMALLEST_PDU = 128;

    private Negotiation() {}

    /** What makes serving impossible, whoever asks. */
    static void checkProtocol(AAssociateRQ rq) throws AAssociateRJ {
        if ((rq.getProtocolVersion() & 1) == 0) {
            throw new AAssociateRJ(1, 2, AAssociateRJ.REASON_PROTOCOL_VERSION_NOT_SUPPORTED);
        }
        if (!APPLICATION_CONTEXT.equals(rq.getApplicationContext())) {
            throw new AAssociateRJ(1, 1, AAssociateRJ.REASON_APP_CTX_NAME_NOT_SUPPORTED);
        }
        // An unsigned number: from 2 GB on, it is as good as no limit. And no response fits a tiny PDU.
        if (rq.getMaxPDULength() < 0) {
            rq.setMaxPDULength(0);
        } else if (rq.getMaxPDULength() != 0 && rq.getMaxPDULength() < SMALLEST_PDU) {
            throw new AAssociateRJ(1, 2, AAssociateRJ.REASON_NO_REASON_GIVEN);
        }
    }

    static AAssociateAC accept(AAssociateRQ rq, int maxPduLength) {
        AAssociateAC ac = new AAssociateAC();
        ac.setCalledAET(rq.getCalledAET());
        ac.setCallingAET(rq.getCallingAET());
        ac.setMaxPDULength(maxPduLength);
        ac.setMaxOpsInvoked(1);
        ac.setMaxOpsPerformed(1);
        ac.setImplClassUID(Implementation.CLASS_UID);
        ac.setImplVersionName(Implementation.VERSION_NAME);
        // We are never the SCU, so the proposer is never the SCP.
        rq.getRoleSelections()
                .forEach(role -> ac.addRoleSelection(new RoleSelection(role.getSOPClassUID(), role.isSCU(), false)));
        rq.getPresentationContexts().forEach(context -> ac.addPresentationContext(answer(context)));
        return ac;
    }

    /** An accepted context answers with its proposer's first transfer syntax, known to us or not. */
    private static Presentation answer(Presentation proposed) {
        String[] syntaxes = proposed.getTransferSyntaxes();
        String first = syntaxes.length == 0 ? "" : syntaxes[0];
        String any =
                first.isEmpty() ? TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid().value() : first;
        return new Presentation(proposed.getPCID(), result(proposed.getAbstractSyntax(), first), any);
    }

    private static int result(String abstractSyntax, String transferSyntax) {
        boolean served = abstractSyntax != null
                && (AbstractSyntaxes.VERIFICATION.equals(abstractSyntax) || AbstractSyntaxes.isStorage(abstractSyntax));
        if (!served) {
            return Presentation.ABSTRACT_SYNTAX_NOT_SUPPORTED;
        }
        return Uid.isValid(transferSyntax) ? Presentation.ACCEPTANCE : Presentation.TRANSFER_SYNTAX_NOT_SUPPORTED;
    }
}
