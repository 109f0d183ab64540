package org.dicomgateway.admin.events;

import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.dicomgateway.admin.api.StatusView;

/** What operators see of events, and what they can do. Safe for any number of threads. */
public interface EventControls {

    /** How each receiver does. */
    List<StatusView.Receiver> receivers();

    /**
     * Events, the latest first.
     *
     * @param receiver only of this one; empty: of all
     * @param study only about this Study Instance UID; empty: about anything
     * @param onlyWaiting without those that were taken or discarded
     */
    List<EventView> events(String receiver, String study, boolean onlyWaiting, int max);

    /**
     * Tells what waits for a receiver now. Returns how many events wait.
     *
     * @throws NoSuchElementException when there is no such receiver
     */
    long retry(String receiver);

    /**
     * Gives up what waits for a receiver, for good. Returns how many events.
     *
     * @param id only this one; empty: all
     * @throws NoSuchElementException when there is no such receiver
     */
    long discard(String receiver, String id);

    /** A request to retry what waits for a receiver. */
    record Retry(Optional<String> receiver) {}

    /**
     * A request to discard what waits for a receiver.
     *
     * @param id only this event
     * @param reason for anyone who asks later; must not be empty
     */
    record Discard(Optional<String> receiver, Optional<String> id, Optional<String> reason) {}
}
