package org.dicomgateway.admin.api;

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
     * Which parked deliveries to try again: what meets all that is given. Nothing given is all.
     *
     * @param destination only of this one
     * @param study only of this Study Instance UID
     * @param delivery only this one
     * @param all true says so expressly; it goes with nothing else
     */
    public record Retry(
            Optional<String> destination, Optional<String> study, Optional<Long> delivery, Optional<Boolean> all) {

        /** What meets all that is given. */
        public Retry(Optional<String> destination, Optional<String> study, Optional<Long> delivery) {
            this(destination, study, delivery, Optional.empty());
        }
    }

    /**
     * Which parked or held deliveries to give up for good: what meets all that is given. Something must be.
     *
     * @param destination only of this one
     * @param study only of this Study Instance UID; then also instances that no route applies to
     * @param delivery only this one
     * @param reason for whoever asks later; must not be empty
     */
    public record Discard(
            Optional<String> destination, Optional<String> study, Optional<Long> delivery, Optional<String> reason) {}

    /**
     * Deletes a file that was set aside.
     *
     * @param reason for whoever asks later; must not be empty
     */
    public record DiscardFile(Optional<String> reason) {}
}
