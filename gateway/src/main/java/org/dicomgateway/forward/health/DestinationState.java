package org.dicomgateway.forward.health;

import java.util.Locale;

/** How a destination does, as operators think of it. */
public enum DestinationState {
    /** It takes what it is sent. */
    UP(true),
    /** It takes what it is sent, but not as it should: it refuses some, is slow, or takes fewer associations. */
    DEGRADED(true),
    /** It does not take anything, and is left alone but for a trial now and then. */
    DOWN(false),
    /** An operator wants nothing to be sent. */
    PAUSED(false),
    /** It is outside the hours of its schedule. */
    CLOSED_BY_SCHEDULE(false);

    private final boolean usable;
    private final String text = name().toLowerCase(Locale.ROOT).replace('_', ' ');

    DestinationState(boolean usable) {
        this.usable = usable;
    }

    /** Whether deliveries may be chosen to go there. */
    public boolean isUsable() {
        return usable;
    }

    /** In lower case, for a sentence. */
    @Override
    public String toString() {
        return text;
    }
}
