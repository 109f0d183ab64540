package org.dicomgateway.cli.common;

import java.util.Iterator;
import java.util.List;
import org.dicomgateway.cli.check.NamesCommand;

/**
 * The possible values of an argument, for completion in the shell. Fixed words are in the completion script. Names that
 * only the running gateway knows are requested by {@link NamesCommand} when the user presses Tab.
 */
public abstract class RunningNames implements Iterable<String> {

    /** The word for receiving. No destination may have this name. */
    public static final String RECEIVER = "receiver";

    /** The word for the gateway itself. No destination may have this name. */
    public static final String GATEWAY = "gateway";

    /** What the names denote. */
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

    /** Names of destinations. */
    public static final class OfDestinations extends RunningNames {
        OfDestinations() {
            super(Kind.destinations);
        }
    }

    /** Names of destinations, or receiving. */
    public static final class OfDestinationsOrReceiver extends RunningNames {
        OfDestinationsOrReceiver() {
            super(Kind.destinations, RECEIVER);
        }
    }

    /** Names of destinations, or the gateway itself. */
    public static final class OfDestinationsOrGateway extends RunningNames {
        OfDestinationsOrGateway() {
            super(Kind.destinations, GATEWAY);
        }
    }

    /** Names of routes. */
    public static final class OfRoutes extends RunningNames {
        OfRoutes() {
            super(Kind.routes);
        }
    }
}
