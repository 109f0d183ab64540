package org.dicomgateway.transform;

import java.util.List;
import java.util.Set;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.values.Dictionary;

/** Coded entries (PS3.3 8): where they belong, and which of them say nothing of a patient. */
final class Codes {

    /** All of a code: its value, scheme, meaning, context group and equivalents (PS3.3 8). */
    private static final int FIRST_OF_CODE = 0x00080100;

    private static final int LAST_OF_CODE = 0x00080124;
    private static final int CODING_SCHEME = 0x00080102;

    /** Published code schemes: their codes mean the same everywhere, and do not say who the patient is. */
    private static final Set<String> CODE_SCHEMES = Set.of(
            "DCM", "SCT", "SRT", "SNM3", "LN", "UCUM", "RADLEX", "FMA", "NCIt", "UMLS", "MDC", "BI", "ACR", "I10", "I9",
            "ICDO3");

    /** Sequences of codes (PS3.3 8.8) whose keyword does not say so; of all others it ends with CodeSequence. */
    private static final Set<String> CODE_SEQUENCES = Set.of(
            "AnatomicRegionSequence",
            "AnatomicRegionModifierSequence",
            "PrimaryAnatomicStructureSequence",
            "PrimaryAnatomicStructureModifierSequence",
            "ContrastBolusAgentSequence",
            "ContrastBolusAdministrationRouteSequence",
            "AdditionalDrugSequence",
            "InterventionSequence");

    /** Sequences of codes of Type 2: modules need them, also without an item. Others have one when they are there. */
    private static final Set<String> EMPTY_SEQUENCES = Set.of(
            "PatientGantryRelationshipCodeSequence",
            "PatientOrientationCodeSequence",
            "PatientOrientationModifierCodeSequence",
            "RadionuclideCodeSequence",
            "ViewModifierCodeSequence");

    private Codes() {}

    /** Whether it is a sequence of codes. */
    static boolean isSequence(Element sequence) {
        String keyword = Dictionary.keyword(sequence.tag());
        return keyword.endsWith("CodeSequence") || CODE_SEQUENCES.contains(keyword);
    }

    /** Whether a module needs this sequence also when no code is left in it. */
    static boolean mayBeEmpty(Element sequence) {
        return EMPTY_SEQUENCES.contains(Dictionary.keyword(sequence.tag()));
    }

    /**
     * An item that is no code, or one of a scheme that everybody can look up: a local code could say anything, and so
     * could a meaning without a scheme.
     */
    static boolean isPublic(Elements item) {
        boolean coded = item.all().stream().anyMatch(Codes::isPart);
        List<String> schemes = item.ascii(CODING_SCHEME);
        return !coded || (schemes.size() == 1 && CODE_SCHEMES.contains(schemes.get(0)));
    }

    /** Whether it is an attribute of a code. */
    static boolean isPart(Element element) {
        return element.tag() >= FIRST_OF_CODE && element.tag() <= LAST_OF_CODE;
    }
}
