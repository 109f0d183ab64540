package org.dicomgateway.config.hocon;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.List;

/** A configuration cannot be used. The exception contains all problems, not only the first one. */
public final class ConfigurationException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** Creates the exception. There must be at least one problem. */
    ConfigurationException(Collection<Problem> problems) {
        super(problems.stream().sorted().map(Problem::toString).collect(joining(System.lineSeparator())));
        this.problems = problems.stream().sorted().toList();
    }

    /** At least one problem, without duplicates, sorted by file and line. */
    public List<Problem> problems() {
        return problems;
    }
}
