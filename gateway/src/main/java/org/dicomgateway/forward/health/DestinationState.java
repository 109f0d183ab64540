package org.dicomgateway.forward.health;

import java.util.Locale;

/** The state of a destination, for operators. */
public enum DestinationState {
    /** It takes what is sent. */
    UP(true),
    /** It takes what is sent, but with problems: it refuses some instances, is slow, or takes fewer associations. */
    DEGRADED(true),
    /** It takes nothing. The gateway only tries it from time to time. */
    DOWN(false),
    /** An operator paused it. */
    PAUSED(false),
    /** The time is outside the hours of its schedule. */
    CLOSED_BY_SCHEDULE(false);

    private final boolean usable;
    private final String text = name().toLowerCase(Locale.ROOT).replace('_', ' ');

    DestinationState(boolean usable) {
        this.usable = usable;
    }

    /** Whether deliveries may be routed to it. */
    public boolean isUsable() {
        return usable;
    }

    /** The name in lower case, for a sentence. */
    @Override
    public String toString() {
        return text;
    }
}
