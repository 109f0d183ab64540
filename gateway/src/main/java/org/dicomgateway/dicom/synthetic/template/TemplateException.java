package org.dicomgateway.dicom.synthetic.template;

import java.util.List;

/** A template that cannot be used. Contains every problem, each with file and line. */
public final class TemplateException extends Exception {

    private static final long serialVersionUID = 1;

    private final List<String> problems;

    TemplateException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One line for each problem: {@code file:line: the problem and what to do}. */
    public List<String> problems() {
        return problems;
    }
}
