package org.dicomgateway.dicom.values;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.StandardDictionary;

/**
 * The names of the standard (PS3.6): attributes by keyword, SOP classes and transfer syntaxes by keyword or name.
 * Each search for a UID by name also accepts the UID itself. It ignores case, blanks and punctuation.
 */
public final class Dictionary {

    private static final Pattern TAG_NUMBER = Pattern.compile("\\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\\)?");

    /** Reading the toolkit's constants takes some time, so it is done at the first use. */
    private static final class Keywords {
        static final List<String> ALL = Arrays.stream(Tag.class.getFields())
                .filter(field -> field.getType() == int.class && Modifier.isStatic(field.getModifiers()))
                .map(Field::getName)
                .toList();
    }

    private Dictionary() {}

    /**
     * The tag of an attribute. Accepts its exact keyword ({@code PatientID}), or its number: {@code 0009,1001},
     * {@code (0009,1001)} or {@code 00091001}. A private attribute has only a number.
     */
    public static OptionalInt tag(String keywordOrNumber) {
        var number = TAG_NUMBER.matcher(keywordOrNumber);
        if (number.matches()) {
            return OptionalInt.of(Integer.parseUnsignedInt(number.group(1) + number.group(2), 16));
        }
        int tag = StandardDictionary.INSTANCE.tagForKeyword(keywordOrNumber);
        return tag == -1 ? OptionalInt.empty() : OptionalInt.of(tag);
    }

    /** The value representation of a standard attribute (PS3.6), such as CS; UN for a private or unknown one. */
    public static String valueRepresentation(int tag) {
        return String.valueOf(StandardDictionary.INSTANCE.vrOf(tag));
    }

    /** The keyword of a standard attribute; empty for a private or unknown one. */
    public static String keyword(int tag) {
        return Objects.requireNonNullElse(StandardDictionary.INSTANCE.keywordOf(tag), "");
    }

    /** A tag in the usual form: {@code (0010,0020)}. */
    public static String format(int tag) {
        return String.format("(%04X,%04X)", tag >>> 16, tag & 0xFFFF);
    }

    /** The keyword that a misspelled text probably means. */
    public static Optional<String> nearestKeyword(String typo) {
        return Nearest.of(typo, Keywords.ALL);
    }

    /** A SOP class by UID, keyword ({@code CTImageStorage}) or name ({@code CT Image Storage}). */
    public static Optional<Uid> sopClass(String uidOrName) {
        return Uid.isValid(uidOrName)
                ? Optional.of(Uid.of(uidOrName))
                : UidNames.lookUp(uidOrName, UidNames.Kind.STORAGE_SOP_CLASS);
    }

    /** The keyword of the storage SOP class that a misspelled text probably means. */
    public static Optional<String> nearestSopClass(String typo) {
        return Nearest.of(typo, UidNames.keywords(UidNames.Kind.STORAGE_SOP_CLASS));
    }

    /** A transfer syntax by UID, keyword ({@code JPEGBaseline8Bit}) or name ({@code JPEG Baseline (Process 1)}). */
    public static Optional<TransferSyntax> transferSyntax(String uidOrName) {
        return Uid.isValid(uidOrName)
                ? Optional.of(TransferSyntax.of(uidOrName))
                : UidNames.lookUp(uidOrName, UidNames.Kind.TRANSFER_SYNTAX).map(TransferSyntax::new);
    }

    /** The keyword of the transfer syntax that a misspelled text probably means. */
    public static Optional<String> nearestTransferSyntax(String typo) {
        return Nearest.of(typo, UidNames.keywords(UidNames.Kind.TRANSFER_SYNTAX));
    }

    /** The storage SOP classes that the gateway knows by name, retired ones as well, sorted by name. */
    public static List<Uid> storageSopClasses() {
        return UidNames.keywords(UidNames.Kind.STORAGE_SOP_CLASS).stream()
                .flatMap(keyword -> UidNames.lookUp(keyword, UidNames.Kind.STORAGE_SOP_CLASS).stream())
                .distinct()
                .sorted(Comparator.comparing(uid -> name(uid).orElse("")))
                .toList();
    }

    /** The name of a UID in the standard ({@code CT Image Storage}); empty for a private or unknown one. */
    public static Optional<String> name(Uid uid) {
        return UidNames.nameOf(uid);
    }
}
