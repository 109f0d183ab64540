package org.dicomgateway.admin.api;

import java.util.List;

/**
 * What became of reading the rules again.
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
        /** The file says what is in force. */
        UNCHANGED,
        /** There is something wrong with the file; the old rules stay in force. */
        REFUSED
    }
}
