package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;

/**
 * A request to check copies, and how far it got.
 *
 * @param number identifies it, until the gateway stops
 * @param done whether nothing more happens
 * @param repair whether what is missing is sent again
 * @param destinations how far it got at each destination
 * @param items what is not verified, and what servers have of the study although no rule sent it there; at most a
 *     thousand
 */
public record VerificationView(
        long number, boolean done, Instant begunAt, boolean repair, List<At> destinations, List<Item> items) {

    /** Copies the lists. */
    public VerificationView {
        destinations = List.copyOf(destinations);
        items = List.copyOf(items);
    }

    /**
     * How far it got at one destination, in copies.
     *
     * @param checked how many were checked
     * @param verified of these, and so on: by their last state
     * @param notAsked how many nothing was found about, because the destination could not be asked
     * @param sentAgain how many are sent again
     * @param repaired how many of these were verified afterwards
     * @param done whether nothing more happens there
     * @param problem why not everything was done; empty when there is nothing to say
     */
    public record At(
            String destination,
            long checked,
            long verified,
            long missing,
            long differing,
            long unverifiable,
            long notAsked,
            long sentAgain,
            long repaired,
            boolean done,
            String problem) {}

    /**
     * One instance at one destination.
     *
     * @param state missing, differing or unverifiable; foreign: the server has it, and no rule sent it there
     */
    public record Item(
            String destination, String studyInstanceUid, String sopInstanceUid, String state, String detail) {}
}
