package org.dicomgateway.dicom.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.aoju.bus.image.metric.internal.pdu.AAbort;
import org.aoju.bus.image.metric.internal.pdu.AAssociateAC;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRJ;
import org.aoju.bus.image.metric.internal.pdu.AAssociateRQ;
import org.aoju.bus.image.metric.internal.pdu.IdentityRQ;
import org.aoju.bus.image.metric.internal.pdu.Presentation;
import org.aoju.bus.image.metric.internal.pdu.RoleSelection;
import org.dicomgateway.dicom.RawPeer;
import org.dicomgateway.dicom.values.Admission;
import org.junit.jupiter.api.Test;

class NegotiationTest {

    private static final String QUERY = "1.2.840.10008.5.1.4.1.2.2.1";

    @Test
    void a_compact_request_shares_its_texts_and_keeps_none_of_the_user() throws Exception {
        AAssociateRQ rq = request();
        Negotiation.compact(rq);

        assertThat(rq.getIdentityRQ().getPrimaryField()).isEmpty();
        assertThat(rq.getIdentityRQ().isPositiveResponseRequested()).isTrue();
        assertThat(rq.getRoleSelections())
                .extracting(RoleSelection::getSOPClassUID)
                .containsExactly(RawPeer.CT, QUERY);
        assertThat(rq.getPresentationContext(1).getTransferSyntaxes()[0])
                .isSameAs(rq.getPresentationContext(3).getTransferSyntaxes()[0]);
    }

    @Test
    void a_name_or_a_passcode_that_nobody_has_is_rejected_and_a_ticket_is_not_kept() throws Exception {
        AAssociateRQ rq = request();
        assertThatThrownBy(() -> Negotiation.identityIn(rq)).isInstanceOf(AAssociateRJ.class);
        rq.setIdentityRQ(new IdentityRQ(2, false, new byte[10], new byte[1_025]));
        assertThatThrownBy(() -> Negotiation.identityIn(rq)).isInstanceOf(AAssociateRJ.class);
        rq.setIdentityRQ(new IdentityRQ(IdentityRQ.KERBEROS, false, new byte[60_000]));
        assertThat(Negotiation.identityIn(rq))
                .hasValueSatisfying(who -> assertThat(who.user()).isEmpty());
    }

    @Test
    void more_different_transfer_syntaxes_than_there_are_end_it() {
        AAssociateRQ rq = new AAssociateRQ();
        for (int i = 0; i < 129; i++) {
            rq.addPresentationContext(new Presentation(i, RawPeer.CT, "1.2." + i));
        }
        assertThatThrownBy(() -> Negotiation.compact(rq)).isInstanceOf(AAbort.class);
    }

    @Test
    void afterwards_nothing_is_kept_of_the_request() throws Exception {
        AAssociateRQ rq = request();
        Negotiation.compact(rq);
        AAssociateAC ac =
                Negotiation.accept(rq, 16384, Admission.UNLIMITED, new Negotiation.CommitmentRoles(false, false));

        assertThat(rq.getPresentationContexts()).isEmpty();
        assertThat(rq.getRoleSelections()).isEmpty();
        assertThat(rq.getIdentityRQ()).isNull();
        assertThat(ac.getPresentationContexts()).hasSize(2);
    }

    private static AAssociateRQ request() {
        AAssociateRQ rq = new AAssociateRQ();
        rq.setCallingAET("CT");
        rq.setCalledAET("GATEWAY");
        rq.addPresentationContext(new Presentation(1, RawPeer.CT, copy(RawPeer.IMPLICIT), "not a UID"));
        rq.addPresentationContext(new Presentation(3, QUERY, copy(RawPeer.IMPLICIT)));
        rq.addRoleSelection(new RoleSelection(RawPeer.CT, true, true));
        rq.addRoleSelection(new RoleSelection(QUERY, true, true));
        rq.addRoleSelection(new RoleSelection("1.2.3", true, true));
        rq.setIdentityRQ(new IdentityRQ(2, true, new byte[60_000], new byte[1_000]));
        return rq;
    }

    /** As each comes over the network: alike, and another object. */
    private static String copy(String text) {
        return String.valueOf(text.toCharArray());
    }
}
