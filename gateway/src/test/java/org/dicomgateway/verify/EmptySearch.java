package org.dicomgateway.verify;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolSearch;

/** Finds nothing but the deliveries that a test has. */
interface EmptySearch extends SpoolSearch {

    @Override
    default Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
        return new Page<>(List.of(), Optional.empty());
    }

    @Override
    default Page<FoundStudy> studies(Search search, Optional<String> after, int limit) {
        return new Page<>(List.of(), Optional.empty());
    }

    @Override
    default Optional<Story> story(long instanceId) {
        return Optional.empty();
    }

    @Override
    default Page<Story> stories(Search search, Optional<String> after, int limit) {
        return new Page<>(List.of(), Optional.empty());
    }

    @Override
    default Map<String, Instant> oldestWaiting() {
        return Map.of();
    }
}
