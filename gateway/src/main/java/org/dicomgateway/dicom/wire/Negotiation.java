package org.dicomgateway.dicom.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQAC;
import org.aoju.bus.image.metric.internal.pdu.IdentityAC;
import org.aoju.bus.image.metric.internal.pdu.IdentityRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.metric.internal.pdu.RoleSelection;
import org.dicomgateway.dicom.values.AbstractSyntaxes;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.Implementation;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.dicom.values.UserIdentity.Kind;
import org.dicomgateway.security.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Turns an A-ASSOCIATE-RQ into an A-ASSOCIATE-AC (PS3.8 9.3.3, PS3.7 Annex D). Follows the preference of the
 * proposer.
 */
public final class Negotiation {

    private static final String APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";
    private static final int SMALLEST_PDU = 128;

    /**
     * The most requests that a peer may have wait for their responses. The gateway performs them in order, so a larger
     * window brings nothing: what is under way waits in the buffers of the connection.
     */
    public static final int MAX_OPERATIONS = 16;

    /** For datasets without pixel data. Not deflated: a small message could become a very large dataset. */
    private static final List<TransferSyntax> UNCOMPRESSED =
            List.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

    /**
     * The most bytes of a user name and of a passcode. No real one is longer, and they stay in memory while a
     * passcode is checked.
     */
    private static final int MAX_NAME = 1_024;

    /** The standard has about sixty, and a few private ones are in use. */
    private static final int MAX_DIFFERENT_SYNTAXES = 128;

    /** An empty server response to user name and passcode means that they are right (PS3.7 D.3.3.7.2). */
    private static final byte[] NO_SERVER_RESPONSE = {};

    private Negotiation() {}

    /**
     * The roles in which the gateway serves storage commitment on an association that it accepts.
     *
     * @param scp it takes requests
     * @param scu it takes reports
     */
    public record CommitmentRoles(boolean scp, boolean scu) {}

    /** Rejects requests that the gateway cannot serve for any peer. */
    public static void checkProtocol(AAssociateRQ rq) throws AAssociateRJ {
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
     * Limits the PDUs that we send to the maximum of the peer. The maximum is an unsigned number; from 2 GB on, it
     * counts as no limit. PDUs are filled with fragments that must have an even length (PS3.8 Annex E), so an odd
     * maximum is reduced by one.
     */
    public static void boundPdus(AAssociateRQAC peer) {
        peer.setMaxPDULength(Math.max(0, peer.getMaxPDULength()));
        if (peer.getMaxPDULength() > 1) {
            peer.setMaxPDULength(peer.getMaxPDULength() & ~1);
        }
    }

    /** The user in the request, if any. */
    public static Optional<UserIdentity> identityIn(AAssociateRQ rq) throws AAssociateRJ {
        @Nullable IdentityRQ identity = rq.getIdentityRQ();
        if (identity == null) {
            return Optional.empty();
        }
        boolean name = identity.getType() == IdentityRQ.USERNAME || identity.getType() == IdentityRQ.USERNAME_PASSCODE;
        if (name && Math.max(identity.getPrimaryField().length, identity.getSecondaryField().length) > MAX_NAME) {
            throw new AAssociateRJ(1, 1, AAssociateRJ.REASON_NO_REASON_GIVEN);
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

    /**
     * Removes from a request everything that the answer does not need. A decision can take a while, and many requests
     * can wait for one, so this saves memory.
     *
     * @throws IOException when the request has more different transfer syntaxes than exist
     */
    public static void compact(AAssociateRQ rq) throws IOException {
        Map<String, String> syntaxes = new HashMap<>();
        Set<String> sopClasses = new HashSet<>();
        for (Presentation context : List.copyOf(rq.getPresentationContexts())) {
            String sopClass = uidOrNothing(context.getAbstractSyntax());
            String[] proposed = Arrays.stream(context.getTransferSyntaxes())
                    .map(Negotiation::uidOrNothing)
                    .map(uid -> syntaxes.computeIfAbsent(uid, same -> same))
                    .toArray(String[]::new);
            sopClasses.add(sopClass);
            rq.removePresentationContext(context);
            rq.addPresentationContext(new Presentation(context.getPCID(), sopClass, proposed));
        }
        if (syntaxes.size() > MAX_DIFFERENT_SYNTAXES) {
            throw Aborts.becauseOfViolation(
                    "an association request with more than " + MAX_DIFFERENT_SYNTAXES + " different transfer syntaxes");
        }
        List.copyOf(rq.getRoleSelections()).stream()
                .map(RoleSelection::getSOPClassUID)
                .filter(sopClass -> !sopClasses.contains(sopClass))
                .forEach(rq::removeRoleSelectionFor);
        rq.setImplClassUID("");
        rq.setImplVersionName("");
        @Nullable IdentityRQ identity = rq.getIdentityRQ();
        if (identity != null) {
            rq.setIdentityRQ(new IdentityRQ(identity.getType(), identity.isPositiveResponseRequested(), new byte[0]));
        }
    }

    private static String uidOrNothing(@Nullable String text) {
        return text != null && Uid.isValid(text) ? text : "";
    }

    /** The contexts that are not for C-STORE. */
    public static Set<Integer> contextsWithoutStorage(AAssociateRQ rq) {
        return rq.getPresentationContexts().stream()
                .filter(context -> !AbstractSyntaxes.isStorage(context.getAbstractSyntax()))
                .map(Presentation::getPCID)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Makes the answer. Empties the request, because the toolkit keeps it as long as the association lives.
     *
     * @param commitment in which roles the gateway serves storage commitment
     */
    public static AAssociateAC accept(
            AAssociateRQ rq, int maxPduLength, Admission admission, CommitmentRoles commitment) {
        AAssociateAC ac = new AAssociateAC();
        ac.setCalledAET(rq.getCalledAET());
        ac.setCallingAET(rq.getCallingAET());
        ac.setMaxPDULength(maxPduLength);
        ac.setMaxOpsInvoked(
                rq.getMaxOpsInvoked() > 0 ? Math.min(rq.getMaxOpsInvoked(), MAX_OPERATIONS) : MAX_OPERATIONS);
        ac.setMaxOpsPerformed(1);
        ac.setImplClassUID(Implementation.CLASS_UID);
        ac.setImplVersionName(Implementation.VERSION_NAME);
        Set<String> accepted = new HashSet<>();
        for (Presentation proposed : rq.getPresentationContexts()) {
            Presentation answer = answer(proposed, admission, commitment);
            ac.addPresentationContext(answer);
            if (answer.isAccepted()) {
                accepted.add(proposed.getAbstractSyntax());
            }
        }
        rq.getRoleSelections().stream()
                .filter(role -> accepted.contains(role.getSOPClassUID()))
                .forEach(role -> ac.addRoleSelection(answer(role, commitment)));
        if (admission.identityVerified() && rq.getIdentityRQ().isPositiveResponseRequested()) {
            ac.setIdentityAC(new IdentityAC(NO_SERVER_RESPONSE));
        }
        release(rq);
        return ac;
    }

    /** Only reports of storage commitment make the gateway the SCU here, and the proposer the SCP (PS3.7 D.3.3.4). */
    private static RoleSelection answer(RoleSelection proposed, CommitmentRoles commitment) {
        boolean forCommitment = AbstractSyntaxes.STORAGE_COMMITMENT.equals(proposed.getSOPClassUID());
        return new RoleSelection(
                proposed.getSOPClassUID(),
                proposed.isSCU() && (!forCommitment || commitment.scp()),
                proposed.isSCP() && forCommitment && commitment.scu());
    }

    private static void release(AAssociateRQ rq) {
        List.copyOf(rq.getPresentationContexts()).forEach(rq::removePresentationContext);
        List.copyOf(rq.getRoleSelections()).forEach(role -> rq.removeRoleSelectionFor(role.getSOPClassUID()));
        rq.setIdentityRQ(null);
    }

    /** Removes everything from the answer except the contexts in use. */
    public static void release(AAssociateAC ac, Collection<Presentation> used) {
        List.copyOf(ac.getPresentationContexts()).stream()
                .filter(context -> !used.contains(context))
                .forEach(ac::removePresentationContext);
        List.copyOf(ac.getRoleSelections()).forEach(role -> ac.removeRoleSelectionFor(role.getSOPClassUID()));
    }

    private static Presentation answer(Presentation proposed, Admission admission, CommitmentRoles commitment) {
        String sopClass = proposed.getAbstractSyntax();
        boolean verification = AbstractSyntaxes.VERIFICATION.equals(sopClass);
        boolean forCommitment = (commitment.scp() || commitment.scu()) //
                && AbstractSyntaxes.STORAGE_COMMITMENT.equals(sopClass);
        List<TransferSyntax> preferred = verification ? List.of() : admission.transferSyntaxes();
        String syntax = choose(proposed.getTransferSyntaxes(), forCommitment ? UNCOMPRESSED : preferred);
        int result = verification || forCommitment ? Presentation.ACCEPTANCE : resultFor(sopClass, admission);
        if (result == Presentation.ACCEPTANCE && syntax.isEmpty()) {
            result = Presentation.TRANSFER_SYNTAX_NOT_SUPPORTED;
        }
        // The transfer syntax of a rejected context is not significant, but it must be there (PS3.8 9.3.3.2).
        String named = syntax.isEmpty()
                ? TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid().value()
                : syntax;
        return new Presentation(proposed.getPCID(), result, named);
    }

    /**
     * The most preferred of the proposed transfer syntaxes. Without a preference the first, known to the gateway or
     * not. Empty for none.
     */
    private static String choose(String[] proposed, List<TransferSyntax> preferred) {
        if (preferred.isEmpty()) {
            return proposed.length == 0 ? "" : proposed[0];
        }
        List<String> all = Arrays.asList(proposed);
        return preferred.stream()
                .map(syntax -> syntax.uid().value())
                .filter(all::contains)
                .findFirst()
                .orElse("");
    }

    private static int resultFor(String sopClass, Admission admission) {
        if (!AbstractSyntaxes.isStorage(sopClass)) {
            return Presentation.ABSTRACT_SYNTAX_NOT_SUPPORTED;
        }
        return admission.takes(Uid.of(sopClass)) ? Presentation.ACCEPTANCE : Presentation.USER_REJECTION;
    }
}
