package org.dicomgateway.forward.association;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.forward.health.CallingTitles;
import org.dicomgateway.spool.Claim;

/**
 * What an association must support to send a batch of claims.
 *
 * @param calling the calling AE title
 * @param pairs the presentation pairs to propose, at most {@value PresentationPair#MAX_PER_ASSOCIATION}
 */
public record Proposal(AeTitle calling, Set<PresentationPair> pairs) {

    /**
     * A proposal for the first of these claims, and for as many of the others as one association can serve.
     *
     * @param claims at least one
     * @param fixed the calling AE title to use; empty: that of the instance's sender
     * @param forms the pairs in which a claim can be sent; all of them are proposed
     */
    public static Proposal of(
            Iterable<Claim> claims, Optional<AeTitle> fixed, Function<Claim, List<PresentationPair>> forms) {
        AeTitle calling = CallingTitles.of(claims.iterator().next(), fixed);
        Set<PresentationPair> pairs = new LinkedHashSet<>();
        for (Claim claim : claims) {
            Set<PresentationPair> more = new LinkedHashSet<>(pairs);
            more.addAll(forms.apply(claim));
            if (more.size() <= PresentationPair.MAX_PER_ASSOCIATION
                    && CallingTitles.of(claim, fixed).equals(calling)) {
                pairs = more;
            }
        }
        return new Proposal(calling, pairs);
    }

    /** Whether an association with this proposal can serve a claim, in any of its forms. */
    public boolean covers(Claim claim, Optional<AeTitle> fixed, Function<Claim, List<PresentationPair>> forms) {
        return pairs.containsAll(forms.apply(claim))
                && CallingTitles.of(claim, fixed).equals(calling);
    }

    public static PresentationPair pairOf(Claim claim) {
        return new PresentationPair(
                claim.instance().sopClass(), claim.instance().transferSyntax());
    }
}
