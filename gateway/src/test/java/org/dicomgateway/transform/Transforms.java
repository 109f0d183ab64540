package org.dicomgateway.transform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.transform.PixelMask;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.config.transform.ProfileSettings.Kept;
import org.dicomgateway.config.transform.ProfileSettings.PatientIds;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.dataset.HeaderReader;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.security.Secret;
import org.dicomgateway.spool.DatasetDigest;

/** Transforms of tests, and what they make of a dataset. */
final class Transforms {

    static final String KEY = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    static final Condition ALWAYS = new Condition.AllOf(List.of());
    static final Origin ORIGIN = new Origin(AeTitle.of("MODALITY"), AeTitle.of("GATEWAY"), "127.0.0.1");

    static final Transformation.Arrival ARRIVAL =
            new Transformation.Arrival(ORIGIN, Instant.parse("2025-01-02T03:04:05Z"));

    private Transforms() {}

    static Transformation rules(RuleSettings... rules) {
        return Transformation.of(
                        List.of(new TransformSettings("tidy", ALWAYS, List.of(rules), false, Optional.empty())))
                .orElseThrow();
    }

    static Transformation profile(ProfileOption... options) {
        return profile(KEY, BurnedIn.PARK, Optional.empty(), options);
    }

    static Transformation profile(
            String key, BurnedIn burnedIn, Optional<Map<String, String>> table, ProfileOption... options) {
        Set<ProfileOption> set = Set.of(options);
        ProfileSettings settings = new ProfileSettings(
                set,
                new Secret(key),
                new PatientIds("T-", table),
                set.contains(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES) ? Optional.of(365) : Optional.empty(),
                burnedIn,
                List.of(),
                Kept.NOTHING);
        return Transformation.of(
                        List.of(new TransformSettings("trial", ALWAYS, List.of(), false, Optional.of(settings))))
                .orElseThrow();
    }

    /** Rules that record what they change. */
    static Transformation recorded(RuleSettings... rules) {
        return Transformation.of(List.of(new TransformSettings("tidy", ALWAYS, List.of(rules), true, Optional.empty())))
                .orElseThrow();
    }

    static Transformation keeping(Kept kept, ProfileOption option) {
        return of(new ProfileSettings(
                Set.of(option),
                new Secret(KEY),
                new PatientIds("T-", Optional.empty()),
                Optional.empty(),
                BurnedIn.PARK,
                List.of(),
                kept));
    }

    static Transformation masking(PixelMask... masks) {
        return of(new ProfileSettings(
                Set.of(),
                new Secret(KEY),
                new PatientIds("T-", Optional.empty()),
                Optional.empty(),
                BurnedIn.MASK,
                List.of(masks),
                Kept.NOTHING));
    }

    private static Transformation of(ProfileSettings settings) {
        return Transformation.of(
                        List.of(new TransformSettings("trial", ALWAYS, List.of(), false, Optional.of(settings))))
                .orElseThrow();
    }

    /** Rules, then the profile. */
    static Transformation profileAfter(RuleSettings... rules) {
        ProfileSettings settings = new ProfileSettings(
                Set.of(),
                new Secret(KEY),
                new PatientIds("T-", Optional.empty()),
                Optional.empty(),
                BurnedIn.PARK,
                List.of(),
                Kept.NOTHING);
        return Transformation.of(
                        List.of(new TransformSettings("trial", ALWAYS, List.of(rules), false, Optional.of(settings))))
                .orElseThrow();
    }

    static Transformation.Result result(Transformation transformation, byte[] dataset, TransferSyntax syntax)
            throws IOException {
        return transformation.apply(() -> new ByteArrayInputStream(dataset), syntax, ARRIVAL);
    }

    static byte[] apply(Transformation transformation, byte[] dataset, TransferSyntax syntax) throws IOException {
        Transformation.Result result = result(transformation, dataset, syntax);
        try (InputStream out = result.open(() -> new ByteArrayInputStream(dataset))) {
            byte[] bytes = out.readAllBytes();
            DatasetDigest.Calculation digest = new DatasetDigest.Calculation();
            digest.add(bytes, 0, bytes.length);
            assertThat(result.sentAs().digest()).isEqualTo(digest.digest());
            assertThat(result.sentAs().length()).isEqualTo(bytes.length);
            return bytes;
        }
    }

    static byte[] apply(Transformation transformation, Dataset dataset) throws IOException {
        return apply(transformation, dataset.encode(EXPLICIT), EXPLICIT);
    }

    static InstanceHeader header(byte[] dataset, TransferSyntax syntax) throws IOException {
        return HeaderReader.read(new ByteArrayInputStream(dataset), syntax);
    }

    static List<String> values(byte[] dataset, String keyword) throws IOException {
        return header(dataset, EXPLICIT).values(tag(keyword));
    }

    static int tag(String keyword) {
        return Dictionary.tag(keyword).orElseThrow();
    }
}
