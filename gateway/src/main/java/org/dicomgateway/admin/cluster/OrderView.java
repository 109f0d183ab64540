package org.dicomgateway.admin.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An order to the gateways of a cluster, and what came of it.
 *
 * @param number by which it stands in the list of orders; empty: the database has nothing of it
 * @param action retry, discard, pause or resume
 * @param operator who ordered it; may be empty
 * @param askedAt the gateway that was asked
 * @param destination empty: any
 * @param studyInstanceUid empty: any
 * @param reason of a pause or a discard; may be empty
 * @param until no gateway begins it later; empty: one that is away does it when it comes back
 * @param count to how many deliveries it was done; of a pause or a resume, at how many gateways it changed something
 * @param complete whether every gateway that has to do it has done it, or does it before it sends anything
 * @param gateways what each of them says
 * @param missing why others were not asked; otherwise empty
 */
public record OrderView(
        Optional<Long> number,
        Instant at,
        String action,
        String operator,
        String askedAt,
        String destination,
        String studyInstanceUid,
        String reason,
        Optional<Instant> until,
        long count,
        boolean complete,
        List<AnswerView> gateways,
        String missing) {

    /** Copies the list. */
    public OrderView {
        gateways = List.copyOf(gateways);
    }

    /**
     * What a gateway did.
     *
     * @param state {@code done}; {@code failed}; {@code open}: it has not answered; {@code away}: it is not at work;
     *     {@code expired}: it has not answered in time, and does not do it any more
     * @param says the same, and more, for people
     */
    public record AnswerView(String gateway, String state, long count, String says) {}
}
