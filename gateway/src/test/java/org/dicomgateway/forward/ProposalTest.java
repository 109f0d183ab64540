package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.association.Proposal;
import org.dicomgateway.spool.Claim;
import org.junit.jupiter.api.Test;

class ProposalTest {

    private static List<PresentationPair> asReceived(Claim claim) {
        return List.of(Proposal.pairOf(claim));
    }

    private static final Optional<AeTitle> FIXED = Optional.of(AeTitle.of("GATEWAY"));

    @Test
    void proposes_each_pair_once() {
        List<Claim> claims = List.of(claim(1, "1.2.1", "A"), claim(2, "1.2.2", "A"), claim(3, "1.2.1", "B"));

        Proposal proposal = Proposal.of(claims, FIXED, ProposalTest::asReceived);

        assertThat(proposal.calling()).isEqualTo(AeTitle.of("GATEWAY"));
        assertThat(proposal.pairs()).hasSize(2);
        assertThat(claims).allMatch(claim -> proposal.covers(claim, FIXED, ProposalTest::asReceived));
    }

    @Test
    void proposes_at_most_128_pairs_and_covers_only_those() {
        List<Claim> claims =
                IntStream.range(0, 129).mapToObj(i -> claim(i, "1.2." + i, "A")).toList();

        Proposal proposal = Proposal.of(claims, FIXED, ProposalTest::asReceived);

        assertThat(proposal.pairs()).hasSize(128);
        assertThat(claims.stream().filter(claim -> !proposal.covers(claim, FIXED, ProposalTest::asReceived)))
                .containsExactly(claims.get(128));
    }

    @Test
    void preserved_calling_AE_titles_do_not_share_an_association() {
        List<Claim> claims = List.of(claim(1, "1.2.1", "A"), claim(2, "1.2.1", "B"), claim(3, "1.2.2", "B"));

        Proposal proposal = Proposal.of(claims, Optional.empty(), ProposalTest::asReceived);

        assertThat(proposal.calling()).isEqualTo(AeTitle.of("A"));
        assertThat(proposal.pairs()).hasSize(1);
        assertThat(proposal.covers(claims.get(1), Optional.empty(), ProposalTest::asReceived))
                .isFalse();
    }

    private static Claim claim(long id, String sopClass, String calling) {
        return new Claim(id, Fixtures.instance(id, sopClass, calling), "route", 1, "orthanc1", 0);
    }
}
