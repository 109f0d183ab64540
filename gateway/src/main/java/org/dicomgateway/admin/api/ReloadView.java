package org.dicomgateway.admin.api;

import java.util.List;

/**
 * The result of reading the rules again.
 *
 * @param outcome what was done
 * @param version of the rules in force now
 * @param details what changed, or what is wrong
 */
public record ReloadView(Outcome outcome, long version, List<String> details) {

    /** Copies the list. */
    public ReloadView {
        details = List.copyOf(details);
    }

    /** What was done. */
    public enum Outcome {
        /** New rules are in force. */
        APPLIED,
        /** The file is the same as the rules in force. */
        UNCHANGED,
        /** The file has errors; the old rules stay in force. */
        REFUSED
    }
}
