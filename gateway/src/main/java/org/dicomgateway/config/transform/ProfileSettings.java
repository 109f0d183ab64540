package org.dicomgateway.config.transform;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
 * @param masks the rectangles that are made black; only with {@link BurnedIn#MASK}
 * @param kept what is kept because the operator lists it
 */
public record ProfileSettings(
        Set<ProfileOption> options,
        Secret key,
        PatientIds patientId,
        Optional<Integer> shiftWithinDays,
        BurnedIn burnedIn,
        List<PixelMask> masks,
        Kept kept) {

    /** Copies options and masks. */
    public ProfileSettings {
        masks = List.copyOf(masks);
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

    /**
     * What is kept because the operator lists it.
     *
     * @param descriptors the texts that descriptions may have, as {@link #normal} makes them; only with {@link
     *     ProfileOption#CLEAN_DESCRIPTORS}
     * @param privateElements only with {@link ProfileOption#RETAIN_SAFE_PRIVATE}
     */
    public record Kept(Set<String> descriptors, List<PrivateElement> privateElements) {

        /** Nothing. */
        public static final Kept NOTHING = new Kept(Set.of(), List.of());

        /** Copies both, and sorts the texts. */
        public Kept {
            descriptors = Collections.unmodifiableSet(new TreeSet<>(descriptors));
            privateElements = List.copyOf(privateElements);
        }

        /** A text in small letters, with single blanks: how texts are compared. */
        public static String normal(String text) {
            return text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
        }
    }

    /** What happens to instances whose pixels may show who the patient is. */
    public enum BurnedIn {
        /** They are parked. */
        PARK,
        /** The rectangles of their device are made black; without any, they are parked. */
        MASK,
        /** They are sent. */
        ALLOW
    }

    public boolean has(ProfileOption option) {
        return options.contains(option);
    }
}
