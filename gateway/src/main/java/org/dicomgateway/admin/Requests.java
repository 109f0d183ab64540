package org.dicomgateway.admin;

import java.util.Optional;

/** What operators ask for, as the bodies of their requests. */
public final class Requests {

    private Requests() {}

    /**
     * Sends nothing more to a destination.
     *
     * @param reason for other operators
     */
    public record Pause(Optional<String> reason) {}

    /**
     * Gives what waits for one destination to another.
     *
     * @param from whose; an empty text: what waits because none of its destinations can be used
     * @param to a destination of the rules
     */
    public record Reroute(Optional<String> from, Optional<String> to) {}

    /**
     * Which parked deliveries to try again; nothing given is all.
     *
     * @param destination only of this one
     * @param study only of this Study Instance UID
     * @param deliveryId only this one
     */
    public record Retry(Optional<String> destination, Optional<String> study, Optional<Long> deliveryId) {}
}
