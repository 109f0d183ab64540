package org.dicomgateway.transform;

import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.dicom.values.Uid;

/**
 * Finds out which of some known originals a pseudonym stands for. It makes the pseudonyms of them, and compares: there
 * is no way back from a pseudonym alone, and no list of them is kept. Immutable.
 */
public final class Reidentification {

    private final ProfileSettings profile;
    private final Pseudonyms pseudonyms;

    public Reidentification(ProfileSettings profile) {
        this.profile = profile;
        this.pseudonyms = new Pseudonyms(profile.key().value());
    }

    /**
     * The pseudonym of a Patient ID; empty when a table has none for it.
     *
     * @param issuer its Issuer of Patient ID, or empty
     */
    public Optional<String> ofPatientId(String patientId, String issuer) {
        Optional<Map<String, String>> table = profile.patientId().table();
        return table.isPresent()
                ? Optional.ofNullable(table.get().get(patientId))
                : Optional.of(profile.patientId().prefix() + pseudonyms.patientId(issuer, patientId));
    }

    /** The pseudonym of a UID. */
    public String ofUid(Uid uid) {
        return pseudonyms.uid(uid.value());
    }
}
