package org.dicomgateway.commit;

import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.Uid;

/**
 * The requests to one destination that are open, and the last ones that are over, for reports that come late or twice.
 * For any thread.
 */
final class OpenRequests {

    /** Copies in the requests that are over. */
    private static final int MAX_REMEMBERED = 20_000;

    private final Map<Uid, OpenRequest> requests = new LinkedHashMap<>();

    synchronized void add(OpenRequest request) {
        requests.put(request.transaction(), request);
        int over = requests.values().stream()
                .filter(each -> !each.isOpen())
                .mapToInt(each -> each.all().size())
                .sum();
        Iterator<OpenRequest> oldest = requests.values().iterator();
        while (over > MAX_REMEMBERED) {
            OpenRequest each = oldest.next();
            if (!each.isOpen()) {
                over -= each.all().size();
                oldest.remove();
            }
        }
    }

    synchronized Optional<OpenRequest> find(Uid transaction) {
        return Optional.ofNullable(requests.get(transaction));
    }

    /** The copies of which a report is waited for, by delivery. */
    synchronized Set<Long> copies() {
        return requests.values().stream()
                .filter(OpenRequest::isOpen)
                .flatMap(request -> request.all().stream())
                .map(OpenRequest.Asked::deliveryId)
                .collect(Collectors.toCollection(HashSet::new));
    }

    synchronized List<OpenRequest> overdue(Instant now) {
        return requests.values().stream().filter(each -> each.isOverdue(now)).toList();
    }
}
