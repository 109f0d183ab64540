package org.dicomgateway.transform;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.dicomgateway.config.transform.ProfileOption;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.ProfileSettings.BurnedIn;
import org.dicomgateway.config.transform.ProfileSettings.Kept;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.TextEncoding;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.transform.ProfileRow.Action;

/** De-identifies the attributes of instances by one profile. Immutable. */
final class Deidentification {

    private static final int CODE_VALUE = 0x00080100;
    private static final int CODING_SCHEME = 0x00080102;
    private static final int PATIENT_ID = 0x00100020;
    private static final int ISSUER_OF_PATIENT_ID = 0x00100021;
    private static final int PATIENT_IDENTITY_REMOVED = 0x00120062;
    private static final int DEIDENTIFICATION_METHOD = 0x00120063;
    private static final int DEIDENTIFICATION_METHOD_CODES = 0x00120064;

    /** SOP Class, SOP Instance, Study and Series Instance UID: what an instance is, and where it belongs. */
    private static final List<Integer> IDENTITY = List.of(0x00080016, 0x00080018, 0x0020000D, 0x0020000E);

    private static final int TEMPORAL_INFORMATION_MODIFIED = 0x00280303;

    private static final int BURNED_IN_ANNOTATION = 0x00280301;
    private static final String CLEAN_PIXELS_CODE = "113101";
    private static final String CLEAN_PIXELS_MEANING = "Clean Pixel Data Option";
    private static final String BASIC_CODE = "113100";
    private static final String BASIC_MEANING = "Basic Application Confidentiality Profile";

    private static final Map<String, String> DUMMIES = Map.ofEntries(
            Map.entry("AE", "ANON"),
            Map.entry("AS", "000D"),
            Map.entry("CS", "ANON"),
            Map.entry("DA", "19000101"),
            Map.entry("DS", "0"),
            Map.entry("DT", "19000101000000"),
            Map.entry("IS", "0"),
            Map.entry("LO", "ANON"),
            Map.entry("SH", "ANON"),
            Map.entry("TM", "000000"),
            Map.entry("UC", "ANON"));

    private final ProfileSettings settings;
    private final Pseudonyms pseudonyms;
    private final SafePrivateElements safe;

    Deidentification(ProfileSettings settings) {
        this.settings = settings;
        this.pseudonyms = new Pseudonyms(settings.key().value());
        this.safe = new SafePrivateElements(settings.kept().privateElements());
    }

    /** What tells this profile from others, without the key. */
    String version() {
        return "profile " + BasicProfile.VERSION + ' ' + BasicProfile.lines().hashCode() + ' ' + settings + ' '
                + pseudonyms.fingerprint();
    }

    /**
     * Refuses an instance that cannot be de-identified. It is judged as it was received: no rule can make it look
     * harmless.
     *
     * @param bigEndian the byte order of its numbers
     * @return which pixels are masked; empty: none
     * @throws UntransformableException with the reason
     */
    Optional<PixelMasks> check(Elements dataset, boolean bigEndian) throws UntransformableException {
        SopClasses.check(dataset);
        checkIdentity(dataset);
        Optional<PixelMasks> masks = PixelMasks.of(settings.masks(), dataset, bigEndian);
        Optional<String> burnedIn = masks.isPresent() ? SopClasses.unmaskable(dataset) : SopClasses.burnedIn(dataset);
        if (burnedIn.isPresent() && settings.burnedIn() != BurnedIn.ALLOW) {
            throw new UntransformableException("its pixels may show who the patient is: " + burnedIn.get()
                    + (settings.burnedIn() == BurnedIn.PARK
                            ? " (burned-in = park)"
                            : masks.isPresent()
                                    ? ", which masks do not change"
                                    : ", and there is no mask for its manufacturer, model, rows and columns"));
        }
        return masks;
    }

    /**
     * De-identifies the attributes before the pixel data, of an instance that was checked.
     *
     * @param bigEndian the byte order of its numbers
     * @param masks of its pixels
     * @throws UntransformableException when that cannot be done completely
     */
    void apply(Elements dataset, boolean bigEndian, Optional<PixelMasks> masks) throws UntransformableException {
        clean(dataset, patient(dataset, bigEndian), Optional.empty(), false);
        note(dataset, masks);
    }

    /** Without one of them that it has, or with two values, it would be another instance, or of no study. */
    private static void checkIdentity(Elements dataset) throws UntransformableException {
        for (int tag : IDENTITY) {
            Optional<Element> element = dataset.get(tag);
            if (element.isPresent()
                    && (element.get().value().length > 0 || element.get().isSequence())
                    && !Uid.isValid(String.join("\\", KeptValues.values(element.get())))) {
                throw new UntransformableException(element.get() + " is not one valid UID, so it cannot be replaced");
            }
        }
    }

    /**
     * What holds for all of an instance.
     *
     * @param id the new Patient ID
     * @param daysBack by how many days dates go back
     * @param bigEndian the byte order of its numbers
     */
    private record Patient(String id, int daysBack, boolean bigEndian) {}

    private Patient patient(Elements dataset, boolean bigEndian) throws UntransformableException {
        TextEncoding encoding = TextEncoding.of(dataset, Optional.empty());
        if (!encoding.isKnown()) {
            throw new UntransformableException("its Specific Character Set is not one of the standard");
        }
        String id = text(dataset, PATIENT_ID, encoding);
        String issuer = text(dataset, ISSUER_OF_PATIENT_ID, encoding);
        boolean shifts = settings.has(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES);
        if (id.isEmpty() && shifts) {
            throw new UntransformableException(
                    "it has no Patient ID, so its dates cannot be shifted like the patient's others");
        }
        return new Patient(
                newId(issuer, id),
                shifts
                        ? pseudonyms.daysBack(
                                issuer, id, settings.shiftWithinDays().orElseThrow())
                        : 0,
                bigEndian);
    }

    private static String text(Elements dataset, int tag, TextEncoding encoding) throws UntransformableException {
        Optional<Element> element = dataset.get(tag);
        return element.isEmpty() || element.get().isSequence()
                ? ""
                : KeptValues.trimmed(
                        encoding.decode(Element.of(tag, "LO", element.get().value())));
    }

    private String newId(String issuer, String id) throws UntransformableException {
        Optional<Map<String, String>> table = settings.patientId().table();
        if (table.isPresent()) {
            String found = table.get().get(id);
            if (found == null) {
                throw new UntransformableException("its Patient ID is not in the table of patient-id");
            }
            return found;
        }
        return id.isEmpty() ? "" : settings.patientId().prefix() + pseudonyms.patientId(issuer, id);
    }

    /** @param code whether what is of a code is where it belongs */
    private void clean(Elements elements, Patient patient, Optional<TextEncoding> outer, boolean code)
            throws UntransformableException {
        TextEncoding encoding = TextEncoding.of(elements, outer);
        if (!encoding.isKnown()) {
            throw new UntransformableException("the Specific Character Set of an item is not one of the standard");
        }
        for (Element element : elements.all()) {
            if (Element.isPrivate(element.tag())) {
                if (!safe.isSafe(element, elements) || (element.isText() && !isDecodable(element, encoding))) {
                    elements.remove(element.tag());
                }
                continue;
            }
            ProfileRow row = !code && Codes.isPart(element) ? ProfileRow.REMOVED : BasicProfile.row(element.tag());
            Optional<Element> left = one(element, row, patient, encoding);
            if (left.isPresent()) {
                elements.put(left.get());
            } else {
                elements.remove(element.tag());
            }
        }
    }

    /** What is left of an element. */
    private Optional<Element> one(Element element, ProfileRow row, Patient patient, TextEncoding encoding)
            throws UntransformableException {
        Optional<ProfileOption> option = row.keptBy().filter(settings::has);
        boolean listed = !option.equals(Optional.of(ProfileOption.CLEAN_DESCRIPTORS)) || isListed(element, encoding);
        if (option.isPresent() && listed) {
            Optional<Element> kept = keep(element, patient, encoding);
            if (kept.isPresent()) {
                return kept;
            }
        } else if (row.temporal()) {
            Optional<Element> moved = moved(element, patient);
            if (moved.isPresent()) {
                return moved;
            }
        }
        String vr = Dictionary.valueRepresentation(element.tag());
        return switch (row.action()) {
            case K -> keep(element, patient, encoding);
            case Z -> Optional.of(empty(element.tag(), vr));
            case D -> Optional.of(dummy(element, vr));
            case U -> uids(element);
            case P -> Optional.of(patientId(element.tag(), patient, encoding));
            case X -> Optional.empty();
        };
    }

    private static Element empty(int tag, String vr) {
        return vr.equals("SQ") ? Element.sequence(tag, vr, List.of()) : Element.of(tag, vr, new byte[0]);
    }

    /** An attribute without a value does not need one that says nothing. */
    private static Element dummy(Element element, String vr) {
        String text = DUMMIES.get(vr);
        if (text == null) {
            throw new IllegalStateException("no dummy value for " + element + " of type " + vr);
        }
        return element.value().length == 0 && !element.isSequence()
                ? empty(element.tag(), vr)
                : Element.of(element.tag(), vr, padded(text, ' '));
    }

    private static byte[] padded(String text, char padding) {
        return ((text.length() & 1) == 0 ? text : text + padding).getBytes(StandardCharsets.US_ASCII);
    }

    private static Element patientId(int tag, Patient patient, TextEncoding encoding) throws UntransformableException {
        return Element.of(
                tag,
                "LO",
                encoding.encode(patient.id, "LO")
                        .orElseThrow(() -> new UntransformableException("the Patient ID from the table does not fit the"
                                + " Specific Character Set of the instance")));
    }

    /** Keeps an element when it is what the dictionary says it is; of a sequence, what may be kept of its items. */
    private Optional<Element> keep(Element element, Patient patient, TextEncoding encoding)
            throws UntransformableException {
        if (!element.isSequence()) {
            return KeptValues.isRight(element, encoding, patient.bigEndian) ? Optional.of(element) : Optional.empty();
        } else if (!element.vr().equals("SQ")
                || !Dictionary.valueRepresentation(element.tag()).equals("SQ")) {
            return Optional.empty();
        }
        List<Elements> left = items(element, patient, encoding);
        boolean emptied = left.isEmpty() && !element.itemsOrNone().isEmpty();
        return emptied && !Codes.mayBeEmpty(element)
                ? Optional.empty()
                : Optional.of(Element.sequence(element.tag(), "SQ", left));
    }

    /** Whether each of its texts is one of the operator's list. */
    private boolean isListed(Element element, TextEncoding encoding) {
        if (element.isSequence() || element.fragments()) {
            return false;
        }
        String vr = Dictionary.valueRepresentation(element.tag());
        try {
            return KeptValues.texts(encoding.decode(Element.of(element.tag(), vr, element.value())), vr)
                    .map(Kept::normal)
                    .allMatch(settings.kept().descriptors()::contains);
        } catch (UntransformableException e) {
            return false;
        }
    }

    private static boolean isDecodable(Element element, TextEncoding encoding) {
        try {
            encoding.decode(element);
            return true;
        } catch (UntransformableException e) {
            return false;
        }
    }

    /** Of a sequence of codes, those that are published; of another one, the items without what is of a code. */
    private List<Elements> items(Element sequence, Patient patient, TextEncoding encoding)
            throws UntransformableException {
        boolean codes = Codes.isSequence(sequence);
        List<Elements> left = new ArrayList<>();
        for (Elements item : sequence.itemsOrNone()) {
            if (!codes || Codes.isPublic(item)) {
                clean(item, patient, Optional.of(encoding), codes);
                left.add(item);
            }
        }
        return left;
    }

    private Optional<Element> uids(Element element) {
        if (element.isSequence() || element.fragments()) {
            return Optional.empty();
        }
        List<String> values = KeptValues.values(element);
        return values.stream().allMatch(value -> value.isEmpty() || Uid.isValid(value))
                ? Optional.of(Element.of(
                        element.tag(),
                        "UI",
                        padded(values.stream().map(this::uid).collect(Collectors.joining("\\")), '\0')))
                : Optional.empty();
    }

    /** UIDs of the standard itself, such as those of SOP classes, stay. */
    private String uid(String value) {
        boolean standard = value.isEmpty()
                || SopClasses.isKnown(value)
                || Dictionary.name(Uid.of(value)).isPresent();
        return standard ? value : pseudonyms.uid(value);
    }

    private Optional<Element> moved(Element element, Patient patient) {
        boolean full = settings.has(ProfileOption.RETAIN_LONGITUDINAL_FULL_DATES);
        boolean shifted = settings.has(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES);
        String vr = Dictionary.valueRepresentation(element.tag());
        if ((!full && !shifted)
                || element.isSequence()
                || !element.vr().equals(vr)
                || !KeptValues.isWellFormed(element, vr)) {
            return Optional.empty();
        }
        return full || vr.equals("TM")
                ? Optional.of(element)
                : eachValue(
                        element, value -> value.isEmpty() ? Optional.of("") : DateShift.back(value, patient.daysBack));
    }

    private static Optional<Element> eachValue(Element element, Function<String, Optional<String>> conversion) {
        List<String> converted = new ArrayList<>();
        for (String value : KeptValues.values(element)) {
            Optional<String> one = conversion.apply(value);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            converted.add(one.get());
        }
        return Optional.of(Element.of(element.tag(), element.vr(), padded(String.join("\\", converted), ' ')));
    }

    /** Says in the instance what was done (PS3.15 E.1.1). */
    private void note(Elements dataset, Optional<PixelMasks> masks) {
        List<String> methods = new ArrayList<>(List.of(BASIC_MEANING));
        List<Elements> codes = new ArrayList<>(List.of(code(BASIC_CODE, BASIC_MEANING)));
        for (ProfileOption option : settings.options()) {
            methods.add(option.meaning());
            codes.add(code(option.code(), option.meaning()));
        }
        if (masks.isPresent()) {
            methods.add(CLEAN_PIXELS_MEANING);
            methods.addAll(masks.get().described());
            codes.add(code(CLEAN_PIXELS_CODE, CLEAN_PIXELS_MEANING));
            dataset.putAscii(BURNED_IN_ANNOTATION, "CS", "NO");
        }
        dataset.putAscii(PATIENT_IDENTITY_REMOVED, "CS", "YES");
        dataset.putAscii(DEIDENTIFICATION_METHOD, "LO", String.join("\\", methods));
        dataset.put(Element.sequence(DEIDENTIFICATION_METHOD_CODES, "SQ", codes));
        dataset.putAscii(
                TEMPORAL_INFORMATION_MODIFIED,
                "CS",
                settings.has(ProfileOption.RETAIN_LONGITUDINAL_FULL_DATES)
                        ? "UNMODIFIED"
                        : settings.has(ProfileOption.RETAIN_LONGITUDINAL_MODIFIED_DATES) ? "MODIFIED" : "REMOVED");
    }

    private static Elements code(String value, String meaning) {
        Elements item = new Elements();
        item.putAscii(CODE_VALUE, "SH", value);
        item.putAscii(CODING_SCHEME, "SH", "DCM");
        item.putAscii(0x00080104, "LO", meaning);
        return item;
    }

    /** Whether this action can be carried out for this type. For the check of the rows. */
    static boolean fits(Action action, String vr) {
        return switch (action) {
            case D -> DUMMIES.containsKey(vr);
            case U -> vr.equals("UI");
            case P -> vr.equals("LO");
            case K, Z, X -> !vr.equals("UN");
        };
    }
}
