package org.dicomgateway.dicom.values;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.aoju.bus.image.UID;
import org.jspecify.annotations.Nullable;

/** The registry of UIDs (PS3.6 Annex A): the toolkit's list, and what the standard has added since. */
final class UidNames {

    enum Kind {
        STORAGE_SOP_CLASS,
        TRANSFER_SYNTAX,
        OTHER
    }

    /** Keyword, UID, name. When two entries have the same UID, the later one gives keyword and name. */
    private static final String[][] ADDED = {
        {"EncapsulatedUncompressedExplicitVRLittleEndian", "1.2.840.10008.1.2.1.98"},
        {"JPEGXLLossless", "1.2.840.10008.1.2.4.110"},
        {"JPEGXLJPEGRecompression", "1.2.840.10008.1.2.4.111"},
        {"JPEGXL", "1.2.840.10008.1.2.4.112"},
        {"HTJ2KLossless", "1.2.840.10008.1.2.4.201"},
        {"HTJ2KLosslessRPCL", "1.2.840.10008.1.2.4.202"},
        {"HTJ2K", "1.2.840.10008.1.2.4.203"},
        {"DeflatedImageFrameCompression", "1.2.840.10008.1.2.8.1"},
        {"PhotoacousticImageStorage", "1.2.840.10008.5.1.4.1.1.6.3"},
        {"LabelMapSegmentationStorage", "1.2.840.10008.5.1.4.1.1.66.7"},
        {"HeightMapSegmentationStorage", "1.2.840.10008.5.1.4.1.1.66.8"},
        {"MicroscopyBulkSimpleAnnotationsStorage", "1.2.840.10008.5.1.4.1.1.91.1"},
        {"XADefinedProcedureProtocolStorage", "1.2.840.10008.5.1.4.1.1.200.7"},
        {"XAPerformedProcedureProtocolStorage", "1.2.840.10008.5.1.4.1.1.200.8"},
        {"InventoryStorage", "1.2.840.10008.5.1.4.1.1.201.1"},
        {"EnhancedRTImageStorage", "1.2.840.10008.5.1.4.1.1.481.23"},
        {"EnhancedContinuousRTImageStorage", "1.2.840.10008.5.1.4.1.1.481.24"},
    };

    /** Current keywords of the standard where the toolkit has an older one. */
    private static final String[][] RENAMED = {
        {"Verification", "1.2.840.10008.1.1"},
        {"JPEGBaseline8Bit", "1.2.840.10008.1.2.4.50"},
        {"JPEGExtended12Bit", "1.2.840.10008.1.2.4.51"},
        {"JPEGLossless", "1.2.840.10008.1.2.4.57"},
        {"JPEGLosslessSV1", "1.2.840.10008.1.2.4.70"},
        {"JPEGLSNearLossless", "1.2.840.10008.1.2.4.81"},
        {"JPEG2000Lossless", "1.2.840.10008.1.2.4.90"},
    };

    private static final Map<String, String> NAME_BY_UID = new HashMap<>();
    private static final Map<String, String> UID_BY_NAME = new HashMap<>();
    private static final Map<Kind, List<String>> KEYWORDS = new HashMap<>();

    static {
        for (Kind kind : Kind.values()) {
            KEYWORDS.put(kind, new ArrayList<>());
        }
        for (Field field : UID.class.getFields()) {
            @Nullable String uid = constant(field);
            if (uid != null) {
                add(field.getName(), uid, Optional.ofNullable(UID.nameOf(uid)).orElse(field.getName()));
            }
        }
        for (String[] entry : ADDED) {
            add(entry[0], entry[1], spaced(entry[0]));
        }
        for (String[] entry : RENAMED) {
            add(
                    entry[0],
                    entry[1],
                    Optional.ofNullable(NAME_BY_UID.get(entry[1])).orElse(spaced(entry[0])));
        }
    }

    private UidNames() {}

    static Optional<Uid> lookUp(String name, Kind kind) {
        return Optional.ofNullable(UID_BY_NAME.get(normal(name)))
                .filter(uid -> kindOf(uid) == kind)
                .map(Uid::of);
    }

    static Optional<String> nameOf(Uid uid) {
        return Optional.ofNullable(NAME_BY_UID.get(uid.value()));
    }

    static List<String> keywords(Kind kind) {
        return Collections.unmodifiableList(KEYWORDS.getOrDefault(kind, List.of()));
    }

    /** The kind of a UID in the registry; {@code OTHER} for any UID that is not in it. */
    static Kind kindOf(String uid) {
        String name = NAME_BY_UID.getOrDefault(uid, "");
        if (uid.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid().value())
                || uid.startsWith("1.2.840.10008.1.2.")) {
            return Kind.TRANSFER_SYNTAX;
        }
        // Not 1.2.840.10008.1.3.10 (a DICOMDIR), 1.20 (storage commitment) or 4.2 (the service class itself).
        boolean aboutStorage = name.contains("Storage") && !name.startsWith("Media") && !name.contains("Commitment");
        return aboutStorage && !name.endsWith("Service Class") ? Kind.STORAGE_SOP_CLASS : Kind.OTHER;
    }

    private static void add(String keyword, String uid, String name) {
        NAME_BY_UID.put(uid, name);
        UID_BY_NAME.put(normal(name), uid);
        UID_BY_NAME.put(normal(keyword), uid);
        KEYWORDS.getOrDefault(kindOf(uid), new ArrayList<>()).add(keyword);
    }

    private static @Nullable String constant(Field field) {
        try {
            return field.getType() == String.class && field.get(null) instanceof String value && Uid.isValid(value)
                    ? value
                    : null;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("a public constant of the toolkit cannot be read: " + field.getName(), e);
        }
    }

    /** Two names are equal when they differ only in case, blanks, punctuation and "(Retired)". */
    private static String normal(String name) {
        String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        return letters.endsWith("retired") ? letters.substring(0, letters.length() - "retired".length()) : letters;
    }

    private static String spaced(String keyword) {
        return keyword.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ");
    }
}
