package org.dicomgateway.torture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Faults in an order that the seed decides, each as often as any other: all are used up before any comes again. */
final class Deck {

    /** What happens, and is over when it returns. */
    @FunctionalInterface
    interface Fault {
        void happen() throws InterruptedException;
    }

    private final List<Fault> faults;
    private final Random random;
    private final List<Fault> left = new ArrayList<>();

    /** One that stands there twice comes twice as often. */
    Deck(Random random, List<Fault> faults) {
        this.faults = List.copyOf(faults);
        this.random = random;
    }

    /** The next one happens. */
    void next() throws InterruptedException {
        if (left.isEmpty()) {
            left.addAll(faults);
            Collections.shuffle(left, random);
        }
        left.remove(left.size() - 1).happen();
    }
}
