package org.dicomgateway.commit;

import java.io.IOException;
import java.util.SortedSet;

/** Keeps texts durably, each under a number. For any number of threads. */
public interface Records {

    /** The numbers of all texts. */
    SortedSet<Long> numbers() throws IOException;

    /** The text with this number. */
    String read(long number) throws IOException;

    /**
     * Writes or replaces a text. It is durable on return. A crash leaves the old text or the new one.
     *
     * @throws IOException when it cannot be written; the old text then remains, or the new one is not durable
     */
    void keep(long number, String text) throws IOException;

    /** Removes a text. */
    void remove(long number) throws IOException;

    /** Keeps an unreadable text for an operator, where it is not read any more. Returns where. */
    String setAside(long number) throws IOException;
}
