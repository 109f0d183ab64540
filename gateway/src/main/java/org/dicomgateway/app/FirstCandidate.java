package org.dicomgateway.app;

import java.util.Optional;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;

/** Chooses the first candidate that is free, whatever its state. */
final class FirstCandidate implements Chooser {

    @Override
    public String affinityKey(String route, Instance instance) {
        return "";
    }

    @Override
    public Optional<String> choose(Choice choice) {
        return choice.candidates().stream()
                .filter(name -> !choice.taken().contains(name))
                .findFirst();
    }
}
