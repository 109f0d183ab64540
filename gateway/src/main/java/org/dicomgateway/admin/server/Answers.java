package org.dicomgateway.admin.server;

import java.time.Instant;
import java.util.Optional;

/** What operators are answered when there is nothing to show. */
public final class Answers {

    private Answers() {}

    /**
     * Something was done.
     *
     * @param count to how many deliveries
     */
    public record Count(long count) {}

    /**
     * A file was taken in.
     *
     * @param instanceId what it is in the spool now
     */
    public record TakenIn(long instanceId) {}

    /**
     * A destination was paused or resumed.
     *
     * @param paused whether it is paused now
     */
    public record Paused(String destination, boolean paused) {}

    /**
     * Receiving was paused or resumed.
     *
     * @param paused whether it is paused now
     */
    public record ReceiverPaused(boolean paused) {}

    /**
     * The process answers.
     *
     * @param ready true
     * @param why empty
     */
    public record Health(boolean ready, String why) {}

    /**
     * What a supervisor wants to know.
     *
     * @param ready whether every thread that is needed is there, and instances are taken in
     * @param why they are not, or what must be looked after although they are
     * @param auditComplete when the audit trail was last on disk as a whole, half a second ago unless something is wrong;
     *     empty without one
     */
    public record Ready(boolean ready, String why, Optional<Instant> auditComplete) {}

    /**
     * Who asks.
     *
     * @param name empty where nobody is asked who he is
     * @param role operator or viewer
     */
    public record User(String name, String role) {}

    /**
     * A request came to nothing.
     *
     * @param error why
     */
    public record Failure(String error) {}
}
