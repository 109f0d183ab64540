package org.dicomgateway.transform;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.transform.ProfileRow.Action;

/**
 * The Basic Application Level Confidentiality Profile (PS3.15 Annex E, Table E.1-1), turned around: an attribute leaves
 * only when it is known to be safe. So what the table removes is removed, whatever its edition, and so is what it does
 * not know.
 *
 * <p>The rows are in {@code basic.profile}. Without a row, a standard attribute stays when its group is about the
 * acquisition and the pixels, and its type cannot hold free text: a code string, a number, or a sequence of such.
 */
final class BasicProfile {

    /** Changed whenever the rules in the code change, so that the version of a transform does. */
    static final int VERSION = 3;

    /** Acquisition, relationship, image presentation, nuclear medicine, functional groups. */
    private static final Set<Integer> SAFE_GROUPS = Set.of(0x0018, 0x0020, 0x0028, 0x0054, 0x5200);

    private static final Set<String> SAFE_TYPES =
            Set.of("CS", "DS", "IS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT", "SQ");

    private static final ProfileRow KEPT = new ProfileRow(Action.K, Optional.empty(), false);
    private static final ProfileRow UID = new ProfileRow(Action.U, Optional.of(ProfileOption.RETAIN_UIDS), false);
    private static final ProfileRow TIME = new ProfileRow(Action.X, Optional.empty(), true);

    private static final Map<Integer, ProfileRow> ROWS = read();

    private BasicProfile() {}

    /** What is done with an attribute. */
    static ProfileRow row(int tag) {
        ProfileRow row = ROWS.get(tag);
        if (row != null) {
            return row;
        }
        if (!SAFE_GROUPS.contains(tag >>> 16)) {
            return ProfileRow.REMOVED;
        }
        String vr = Dictionary.valueRepresentation(tag);
        return switch (vr) {
            case "UI" -> UID;
            case "DA", "DT", "TM" -> TIME;
            default -> SAFE_TYPES.contains(vr) ? KEPT : ProfileRow.REMOVED;
        };
    }

    private static Map<Integer, ProfileRow> read() {
        Map<Integer, ProfileRow> rows = new HashMap<>();
        for (String line : lines()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] fields = line.split(" +", -1);
                ProfileRow row = new ProfileRow(Action.valueOf(fields[1]), option(fields[2]), fields[2].equals("t"));
                if (rows.put(Integer.parseUnsignedInt(fields[0], 16), row) != null) {
                    throw new IllegalStateException("basic.profile has two rows for " + fields[0]);
                }
            }
        }
        return Map.copyOf(rows);
    }

    private static Optional<ProfileOption> option(String letter) {
        return switch (letter) {
            case "c" -> Optional.of(ProfileOption.CLEAN_DESCRIPTORS);
            case "u" -> Optional.of(ProfileOption.RETAIN_UIDS);
            case "d" -> Optional.of(ProfileOption.RETAIN_DEVICE_IDENTITY);
            case "i" -> Optional.of(ProfileOption.RETAIN_INSTITUTION_IDENTITY);
            case "p" -> Optional.of(ProfileOption.RETAIN_PATIENT_CHARACTERISTICS);
            default -> Optional.empty();
        };
    }

    /** The lines of the resource, which are part of the version of a transform. */
    static List<String> lines() {
        try (InputStream in = BasicProfile.class.getResourceAsStream("basic.profile")) {
            if (in == null) {
                throw new IllegalStateException("basic.profile is missing from this build");
            }
            return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("basic.profile cannot be read", e);
        }
    }
}
