package org.dicomgateway.config.hocon;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Collects problems while a configuration is read. Keeps a problem only once, also when it is found twice. */
public final class Problems {

    private final SortedSet<Problem> found = new TreeSet<>();

    public void add(SourceLocation sourceLocation, String what, String remedy) {
        found.add(new Problem(
                sourceLocation.file(),
                sourceLocation.line(),
                sourceLocation.key(),
                what + sourceLocation.remark(),
                remedy));
    }

    /** Adds a problem that was found elsewhere. */
    public void add(Problem problem) {
        found.add(problem);
    }

    /** All problems, by file and line. */
    public List<Problem> all() {
        return List.copyOf(found);
    }

    /**
     * Ends the reading when there is any problem.
     *
     * @throws ConfigurationException with all problems, when there is any
     */
    public void throwIfAny() throws ConfigurationException {
        if (!found.isEmpty()) {
            throw new ConfigurationException(found);
        }
    }
}
