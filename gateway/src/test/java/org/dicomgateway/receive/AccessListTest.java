package org.dicomgateway.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.AccessRule;
import org.dicomgateway.config.settings.PeerLimits;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.PeerCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A rule lets in whom it names, and nobody who is only written like him. */
class AccessListTest {

    private final AccessList list = new AccessList(List.of(new AccessRule(
            "ct",
            Optional.of(Wildcard.of("CT1")),
            Optional.empty(),
            List.of(AddressRange.of("192.0.2.7")),
            Optional.of(Wildcard.of("CN=ct1")),
            Optional.of(Wildcard.of("anna")),
            Optional.empty(),
            List.of(),
            PeerLimits.UNLIMITED)));

    @Test
    void who_meets_all_of_it_is_let_in_spaces_around_an_AE_title_not_counted() {
        assertThat(isLetIn("CT1", "192.0.2.7", "CN=ct1", "anna")).isTrue();
        assertThat(isLetIn("  CT1   ", "192.0.2.7", "CN=ct1", "anna")).isTrue();
        assertThat(isLetIn("CT1", "::ffff:192.0.2.7", "CN=ct1", "anna")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ct1", "Ct1", "CT 1", "CT1.", "CT", "CT10", "*", "C?1", "CT1,CT1", "\"CT1\""})
    void another_AE_title_is_not_let_in(String calling) {
        assertThat(isLetIn(calling, "192.0.2.7", "CN=ct1", "anna")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.70", "192.0.2.8", "0300.0.2.7", "::1", "localhost", "", "192.0.2.7.evil.example"})
    void another_address_is_not_let_in(String host) {
        assertThat(isLetIn("CT1", host, "CN=ct1", "anna")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CN=ct1,O=evil", "O=CN\\=ct1", "CN=CT1", "CN= ct1", "CN=ct1\0", "CN=\u0441t1", ""})
    void another_subject_is_not_let_in(String subject) {
        assertThat(isLetIn("CT1", "192.0.2.7", subject, "anna")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Anna", "anna ", "anna\0", "\u0430nna", "annа", "*", ""})
    void another_user_is_not_let_in(String user) {
        assertThat(isLetIn("CT1", "192.0.2.7", "CN=ct1", user)).isFalse();
    }

    private boolean isLetIn(String calling, String host, String subject, String user) {
        AssociationRequest request = new AssociationRequest(
                new Origin(AeTitle.of(calling), AeTitle.of("GATEWAY"), host),
                1,
                Optional.of(new PeerCertificate(subject, List.of())),
                Optional.empty());
        return list.find(request, Optional.of(user)).rule().isPresent();
    }
}
