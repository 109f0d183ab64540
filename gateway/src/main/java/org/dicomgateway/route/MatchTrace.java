package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/**
 * Whether an instance meets a condition and each of its parts. It shows an operator why a route applies or not.
 * Contains no value of the instance.
 *
 * @param condition the condition
 * @param holds whether it is met
 * @param parts the results for its nested conditions, including those that could no longer change the result
 */
public record MatchTrace(Condition condition, boolean holds, List<MatchTrace> parts) {

    /** Copies the list. */
    public MatchTrace {
        parts = List.copyOf(parts);
    }

    /** Evaluates a condition and all its nested conditions. */
    public static MatchTrace of(Condition condition, InstanceHeader header, Origin origin) {
        return of(condition, new Subject(header, origin));
    }

    private static MatchTrace of(Condition condition, Subject subject) {
        List<MatchTrace> parts = condition.match(
                all -> all.conditions().stream().map(part -> of(part, subject)).toList(),
                not -> List.of(of(not.condition(), subject)),
                value -> List.of(),
                remoteHost -> List.of());
        return new MatchTrace(condition, holds(condition, subject), parts);
    }

    /** Returns the same result without the parts. Stops at the first condition that decides it. */
    static boolean holds(Condition condition, Subject subject) {
        return condition.match(
                all -> {
                    for (Condition part : all.conditions()) {
                        if (!holds(part, subject)) {
                            return false;
                        }
                    }
                    return true;
                },
                not -> !holds(not.condition(), subject),
                value -> value.pattern().matchesAny(subject.values(value.field())),
                remoteHost -> subject.comesFrom(remoteHost.ranges()));
    }
}
