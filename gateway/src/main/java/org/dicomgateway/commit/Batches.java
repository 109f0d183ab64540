package org.dicomgateway.commit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.dicomgateway.spool.CopyCommitments.Owed;

/** Groups copies into requests: a study is asked for as a whole, when its last instance was delivered some time ago. */
final class Batches {

    /** A study that grows all the time is asked for after this many times that time. */
    private static final int PATIENCE = 10;

    private Batches() {}

    /**
     * The requests to make now. Studies stay in the order of the copies.
     *
     * @param owed the copies that are due, and those that will be within {@code after}
     * @param most how many copies one request can name
     */
    static List<List<Owed>> of(List<Owed> owed, Instant now, Duration after, int most) {
        Map<String, List<Owed>> studies = owed.stream()
                .collect(Collectors.groupingBy(
                        each -> each.copy().instance().studyInstanceUid(), LinkedHashMap::new, Collectors.toList()));
        List<List<Owed>> batches = new ArrayList<>();
        for (List<Owed> study : studies.values()) {
            boolean complete = study.stream().noneMatch(each -> each.due().isAfter(now));
            boolean waitsLong = study.stream()
                    .anyMatch(each ->
                            !each.due().plus(after.multipliedBy(PATIENCE)).isAfter(now));
            boolean ripe = complete || waitsLong || study.size() >= most;
            for (int from = 0; ripe && from < study.size(); from += most) {
                batches.add(study.subList(from, Math.min(from + most, study.size())));
            }
        }
        return batches;
    }
}
