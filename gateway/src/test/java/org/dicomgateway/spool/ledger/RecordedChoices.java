package org.dicomgateway.spool.ledger;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;

/** What a chooser answered, batch by batch, so that changes can be applied once more with the same result. */
final class RecordedChoices implements Chooser {

    private final Chooser chooser;
    private final Deque<Optional<String>> known = new ArrayDeque<>();
    private final List<Optional<String>> answers = new ArrayList<>();

    RecordedChoices(Chooser chooser) {
        this.chooser = chooser;
    }

    /** Gives these answers first. */
    void repeat(List<Optional<String>> before) {
        known.clear();
        known.addAll(before);
    }

    /** The answers since this was called last. */
    List<Optional<String>> take() {
        List<Optional<String>> taken = List.copyOf(answers);
        answers.clear();
        return taken;
    }

    @Override
    public String affinityKey(String route, Instance instance) {
        return chooser.affinityKey(route, instance);
    }

    @Override
    public Optional<String> choose(Choice choice) {
        Optional<String> before = known.poll();
        Optional<String> answer = before == null ? chooser.choose(choice) : before;
        answers.add(answer);
        return answer;
    }
}
