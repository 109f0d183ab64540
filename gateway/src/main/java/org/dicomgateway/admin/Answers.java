package org.dicomgateway.admin;

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
     * What a supervisor wants to know.
     *
     * @param ready whether it is so
     * @param why it is not, or what must be looked after although it is
     */
    public record Health(boolean ready, String why) {}

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
