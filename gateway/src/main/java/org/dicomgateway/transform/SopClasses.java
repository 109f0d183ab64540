package org.dicomgateway.transform;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * Which instances can be de-identified: images of known kinds. All others are refused: structured reports, encapsulated
 * documents, presentation states, radiotherapy, waveforms and what is not known. Their text cannot be removed and leave
 * something of use.
 */
final class SopClasses {

    private static final int IMAGE_TYPE = 0x00080008;
    private static final int SOP_CLASS_UID = 0x00080016;
    private static final int CONVERSION_TYPE = 0x00080064;
    private static final int BURNED_IN_ANNOTATION = 0x00280301;
    private static final int RECOGNIZABLE_VISUAL_FEATURES = 0x00280302;
    private static final int OVERLAY_DATA = 0x3000;

    private static final String STORAGE = "1.2.840.10008.5.1.4.1.1.";

    /** CR, DX, MG, IO, CT, MR, XA, XRF, 3D X-ray, NM, PET, with their enhanced and legacy converted forms. */
    private static final Set<String> IMAGES = Set.of(
            "1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "2.1", "2.2", "4", "4.1", "4.3", "4.4", "12.1",
            "12.1.1", "12.2", "12.2.1", "13.1.1", "13.1.2", "13.1.3", "13.1.4", "13.1.5", "20", "128", "128.1", "130");

    /** US, SC, endoscopy and photography: most of these have text in their pixels, or show a person. */
    private static final Set<String> OFTEN_BURNED_IN =
            Set.of("3.1", "6.1", "6.2", "7", "7.1", "7.2", "7.3", "7.4", "77.1.1", "77.1.1.1", "77.1.4", "77.1.4.1");

    /** Words in Image Type of pictures of a screen or a report. */
    private static final List<String> SCREENS =
            List.of("SCREEN", "SAVE", "CAPTURE", "DOSE", "REPORT", "PROT", "PATIENT", "SUMMARY", "FORM", "TEXT");

    private SopClasses() {}

    /** @throws UntransformableException when the instance is of a kind that cannot be de-identified */
    static void check(Elements dataset) throws UntransformableException {
        String sopClass = dataset.firstAscii(SOP_CLASS_UID);
        if (!isKnown(sopClass)) {
            throw new UntransformableException(
                    "instances of SOP class " + sopClass + " cannot be de-identified: only images of known kinds can");
        }
        for (Element element : dataset.all()) {
            int group = element.tag() >>> 16;
            boolean overlay = group >= 0x6000 && group <= 0x60FE && (group & 1) == 0;
            if (overlay && dataset.get(group << 16 | OVERLAY_DATA).isEmpty()) {
                throw new UntransformableException("it has an overlay within its pixel data, which cannot be removed");
            }
        }
    }

    /** Why the pixels may show who the patient is; empty when nothing says so. */
    static Optional<String> burnedIn(Elements dataset) {
        if (isOneOf(dataset.firstAscii(SOP_CLASS_UID), OFTEN_BURNED_IN)) {
            return Optional.of("images of this kind often have text in their pixels, or show a person");
        } else if (isYes(dataset, BURNED_IN_ANNOTATION)) {
            return Optional.of("Burned In Annotation is YES");
        } else if (isYes(dataset, RECOGNIZABLE_VISUAL_FEATURES)) {
            return Optional.of("Recognizable Visual Features is YES");
        } else if (dataset.get(CONVERSION_TYPE).isPresent()) {
            return Optional.of("it has a Conversion Type, as captured and digitized pictures have");
        }
        return screen(dataset);
    }

    /** Why masks for its device do not help; empty when they do. */
    static Optional<String> unmaskable(Elements dataset) {
        if (isYes(dataset, RECOGNIZABLE_VISUAL_FEATURES)) {
            return Optional.of("Recognizable Visual Features is YES");
        }
        return screen(dataset);
    }

    private static Optional<String> screen(Elements dataset) {
        boolean screen = dataset.ascii(IMAGE_TYPE).stream()
                .map(value -> value.toUpperCase(Locale.ROOT))
                .flatMap(value -> Stream.of(value.split("[ _-]")))
                .anyMatch(word -> SCREENS.stream().anyMatch(word::startsWith));
        return screen ? Optional.of("its Image Type is that of a picture of a screen or a report") : Optional.empty();
    }

    /** Also in small letters: that is no valid value, and means the same. */
    private static boolean isYes(Elements dataset, int tag) {
        return dataset.ascii(tag).stream().anyMatch("YES"::equalsIgnoreCase);
    }

    /** Whether instances of this SOP class can be de-identified. */
    static boolean isKnown(String sopClass) {
        return isOneOf(sopClass, IMAGES) || isOneOf(sopClass, OFTEN_BURNED_IN);
    }

    private static boolean isOneOf(String uid, Set<String> suffixes) {
        return uid.startsWith(STORAGE) && suffixes.contains(uid.substring(STORAGE.length()));
    }
}
