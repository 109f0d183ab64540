package org.dicomgateway.dicom;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQAC;
import org.aoju.bus.image.metric.internal.pdu.IdentityAC;
import org.aoju.bus.image.metric.internal.pdu.IdentityRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.metric.internal.pdu.RoleSelection;
import org.dicomgateway.dicom.UserIdentity.Kind;
import org.dicomgateway.security.Secret;
import org.jspecify.annotations.Nullable;

/** Turns an A-ASSOCIATE-RQ into an A-ASSOCIATE-AC (PS3.8 9.3.3, PS3.7 Annex D). Takes what the proposer would rather. */
final class Negotiation {

    private static final String APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
    private static final int SMALLEST_PDU = 128;

    /** A name and a passcode are answered with nothing, to say that they are right (PS3.7 D.3.3.7.2). */
    private static final byte[] NO_SERVER_RESPONSE = {};

    private Negotiation() {}

    /** What makes serving impossible, whoever asks. */
    static void checkProtocol(AAssociateRQ rq) throws AAssociateRJ {
        if ((rq.getProtocolVersion() & 1) == 0) {
            throw new AAssociateRJ(1, 2, AAssociateRJ.REASON_PROTOCOL_VERSION_NOT_SUPPORTED);
        }
        if (!APPLICATION_CONTEXT.equals(rq.getApplicationContext())) {
            throw new AAssociateRJ(1, 1, AAssociateRJ.REASON_APP_CTX_NAME_NOT_SUPPORTED);
        }
        if (rq.getMaxPDULength() > 0 && rq.getMaxPDULength() < SMALLEST_PDU) {
            throw new AAssociateRJ(1, 2, AAssociateRJ.REASON_NO_REASON_GIVEN);
        }
        boundPdus(rq);
    }

    /**
     * Bounds what we send by what the peer takes. That is an unsigned number: from 2 GB on, it is as good as no limit. And
     * PDUs are filled, with fragments that have to be of even length (PS3.8 Annex E): an odd limit is one too many.
     */
    static void boundPdus(AAssociateRQAC peer) {
        peer.setMaxPDULength(Math.max(0, peer.getMaxPDULength()));
        if (peer.getMaxPDULength() > 1) {
            peer.setMaxPDULength(peer.getMaxPDULength() & ~1);
        }
    }

    /** The user that the request names, if any. */
    static Optional<UserIdentity> identityIn(AAssociateRQ rq) {
        @Nullable IdentityRQ identity = rq.getIdentityRQ();
        if (identity == null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (identity.getType()) {
                    case IdentityRQ.USERNAME -> new UserIdentity(Kind.USERNAME, user(identity), Optional.empty());
                    case IdentityRQ.USERNAME_PASSCODE ->
                        new UserIdentity(
                                Kind.USERNAME_AND_PASSCODE,
                                user(identity),
                                Optional.of(new Secret(new String(identity.getSecondaryField(), UTF_8))));
                    default -> new UserIdentity(Kind.OTHER, "", Optional.empty());
                });
    }

    private static String user(IdentityRQ identity) {
        return new String(identity.getPrimaryField(), UTF_8);
    }

    static AAssociateAC accept(AAssociateRQ rq, int maxPduLength, Admission admission) {
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
        rq.getPresentationContexts().forEach(context -> ac.addPresentationContext(answer(context, admission)));
        if (admission.identityVerified() && rq.getIdentityRQ().isPositiveResponseRequested()) {
            ac.setIdentityAC(new IdentityAC(NO_SERVER_RESPONSE));
        }
        return ac;
    }

    /** An accepted context answers with its proposer's first transfer syntax, known to us or not. */
    private static Presentation answer(Presentation proposed, Admission admission) {
        String[] syntaxes = proposed.getTransferSyntaxes();
        String first = syntaxes.length == 0 ? "" : syntaxes[0];
        String any =
                first.isEmpty() ? TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid().value() : first;
        return new Presentation(proposed.getPCID(), result(proposed.getAbstractSyntax(), first, admission), any);
    }

    private static int result(@Nullable String abstractSyntax, String transferSyntax, Admission admission) {
        if (!AbstractSyntaxes.VERIFICATION.equals(abstractSyntax)) {
            if (abstractSyntax == null || !AbstractSyntaxes.isStorage(abstractSyntax)) {
                return Presentation.ABSTRACT_SYNTAX_NOT_SUPPORTED;
            }
            if (!admission.takes(Uid.of(abstractSyntax))) {
                return Presentation.USER_REJECTION;
            }
        }
        return Uid.isValid(transferSyntax) ? Presentation.ACCEPTANCE : Presentation.TRANSFER_SYNTAX_NOT_SUPPORTED;
    }
}
