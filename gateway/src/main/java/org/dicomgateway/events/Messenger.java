package org.dicomgateway.events;

/** Tells events to one receiver. For one thread at a time. */
interface Messenger {

    /**
     * Tells an event, within the timeout of the receiver.
     *
     * @throws InterruptedException when the thread was interrupted; whether the receiver has the event is unknown
     */
    Attempt tell(EventStore.Waiting event) throws InterruptedException;
}
