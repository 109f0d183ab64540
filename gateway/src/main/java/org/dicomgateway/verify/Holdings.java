package org.dicomgateway.verify;

import java.util.Map;
import java.util.Optional;
import org.dicomgateway.dicom.values.Uid;

/**
 * What a destination says that it has of a study.
 *
 * @param names the destination's own names of the instances, by SOP Instance UID
 * @param whole whether it told everything; when not, an instance that is not among them may still be there
 */
public record Holdings(Map<Uid, String> names, boolean whole) {

    /** Copies the map. */
    public Holdings {
        names = Map.copyOf(names);
    }

    /** Nothing was told. */
    static Holdings unlisted() {
        return new Holdings(Map.of(), false);
    }

    static Holdings whole(Map<Uid, String> names) {
        return new Holdings(names, true);
    }

    /** The name of an instance that may be there; "" when only asking for it will tell. Empty when it is missing. */
    Optional<String> name(Uid sopInstance) {
        return Optional.ofNullable(names.get(sopInstance)).or(() -> whole ? Optional.empty() : Optional.of(""));
    }
}
