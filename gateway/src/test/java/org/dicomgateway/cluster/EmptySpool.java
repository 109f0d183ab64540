package org.dicomgateway.cluster;

import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Replica;

/** A spool in which everything is delivered. */
final class EmptySpool implements Handover {

    @Override
    public List<Long> unfinished(long afterId, int max) {
        return List.of();
    }

    @Override
    public Optional<Held> held(long instance) {
        throw new AssertionError("the spool is empty");
    }

    @Override
    public List<Progress> progress(Collection<Long> instances) {
        return instances.stream().map(id -> new Progress(id, true, List.of())).toList();
    }

    @Override
    public long giveUp(List<Long> instances, String reason) {
        throw new AssertionError("nothing is to be given up");
    }

    @Override
    public void noted(List<Replica.Note> notes) {
        throw new AssertionError("nothing is left");
    }

    @Override
    public Optional<Instance> takeOver(Left left, InputStream part10) {
        throw new AssertionError("nothing is to be taken over");
    }

    @Override
    public void replaced(List<Replaced> copies) {
        throw new AssertionError("nothing was delivered");
    }
}
