package org.dicomgateway.admin.cluster;

import java.util.List;
import java.util.Optional;

/**
 * What came of publishing rules.
 *
 * @param version the number of the new version; empty: nothing was published, and nothing changed
 * @param complete whether all gateways at work have it in force
 * @param gateways what each gateway at work says
 */
public record PublishingView(Optional<Long> version, boolean complete, List<AnswerView> gateways) {

    /** Copies the list. */
    public PublishingView {
        gateways = List.copyOf(gateways);
    }

    /**
     * What a gateway says.
     *
     * @param state {@code in-force}; {@code accepted}: it can use them; {@code refused}: it cannot; {@code open}: it
     *     has not answered
     * @param says the same, and more, for people
     */
    public record AnswerView(String gateway, String state, String says) {}
}
