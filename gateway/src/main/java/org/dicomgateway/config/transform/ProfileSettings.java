package org.dicomgateway.config.transform;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.security.Secret;

/**
 * De-identification by the Basic Application Level Confidentiality Profile (PS3.15 Annex E).
 *
 * @param options of the profile
 * @param key of all pseudonyms, in hexadecimal digits
 * @param patientId how Patient IDs are replaced
 * @param shiftWithinDays by how many days dates are shifted at most; only with {@link
 *     ProfileOption#RETAIN_LONGITUDINAL_MODIFIED_DATES}
 * @param burnedIn what happens to instances whose pixels may show who the patient is
 */
public record ProfileSettings(
        Set<ProfileOption> options,
        Secret key,
        PatientIds patientId,
        Optional<Integer> shiftWithinDays,
        BurnedIn burnedIn) {

    /** Copies the options. */
    public ProfileSettings {
        options = options.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(options));
    }

    /**
     * How Patient IDs are replaced: by a table, or by a keyed pseudonym.
     *
     * @param prefix of a pseudonym
     * @param table the new IDs by the old ones; empty: pseudonyms are made
     */
    public record PatientIds(String prefix, Optional<Map<String, String>> table) {

        /** Copies the table, and sorts it. */
        public PatientIds {
            table = table.map(map -> Collections.unmodifiableMap(new TreeMap<>(map)));
        }
    }

    /** What happens to instances whose pixels may show who the patient is. */
    public enum BurnedIn {
        /** They are parked. */
        PARK,
        /** They are sent. */
        ALLOW
    }

    public boolean has(ProfileOption option) {
        return options.contains(option);
    }
}
