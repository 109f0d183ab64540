package org.dicomgateway.cli.common;

import java.util.Iterator;
import java.util.List;
import org.dicomgateway.cli.check.NamesCommand;

/**
 * What an argument can be, for the shell: some words that are fixed, which it gets with the script, and names that only
 * the running gateway knows, which it asks for by {@link NamesCommand} when Tab is pressed.
 */
public abstract class RunningNames implements Iterable<String> {

    /** Receiving, which no destination may be named after. */
    public static final String RECEIVER = "receiver";

    /** The gateway itself, which no destination may be named after. */
    public static final String GATEWAY = "gateway";

    /** Names of what. */
    public enum Kind {
        destinations,
        routes
    }

    private final Kind kind;
    private final List<String> fixed;

    RunningNames(Kind kind, String... fixed) {
        this.kind = kind;
        this.fixed = List.of(fixed);
    }

    public final Kind kind() {
        return kind;
    }

    @Override
    public final Iterator<String> iterator() {
        return fixed.iterator();
    }

    /** A destination. */
    public static final class OfDestinations extends RunningNames {
        OfDestinations() {
            super(Kind.destinations);
        }
    }

    /** A destination, or receiving. */
    public static final class OfDestinationsOrReceiver extends RunningNames {
        OfDestinationsOrReceiver() {
            super(Kind.destinations, RECEIVER);
        }
    }

    /** A destination, or the gateway itself. */
    public static final class OfDestinationsOrGateway extends RunningNames {
        OfDestinationsOrGateway() {
            super(Kind.destinations, GATEWAY);
        }
    }

    /** A route. */
    public static final class OfRoutes extends RunningNames {
        OfRoutes() {
            super(Kind.routes);
        }
    }
}
