package org.dicomgateway.route;

import java.util.List;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;

/**
 * Whether an instance meets a condition, and each of its parts: what an operator needs to see why a route applies or
 * not. Holds no value of the instance.
 *
 * @param condition what was asked
 * @param holds whether it is met
 * @param parts the verdicts on the conditions within it; also on those that no longer mattered
 */
public record MatchTrace(Condition condition, boolean holds, List<MatchTrace> parts) {

    /** Copies the list. */
    public MatchTrace {
        parts = List.copyOf(parts);
    }

    /** Judges a condition and everything within it. */
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

    /** The same answer, without the parts: stops at the first condition that decides it. */
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
