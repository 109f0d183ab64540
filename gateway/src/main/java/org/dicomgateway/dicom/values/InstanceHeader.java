package org.dicomgateway.dicom.values;

import java.util.List;
import java.util.Map;

/**
 * The part of an instance that routing uses: its top-level attributes before the pixel data. Immutable.
 *
 * <p>Values are Unicode text, decoded by the Specific Character Set of the dataset, without padding; multiple values
 * are separate. Attributes that are absent or empty have no values. The sender controls this text: use it for
 * matching and in the ledger, but not in a log line.
 */
public final class InstanceHeader {

    /** Finds the values of an attribute. Empty when it is absent, empty or a sequence. */
    @FunctionalInterface
    public interface Attributes {
        List<String> values(int tag);
    }

    private static final int ACCESSION_NUMBER = 0x00080050;
    private static final int MODALITY = 0x00080060;
    private static final int PATIENT_ID = 0x00100020;
    private static final int STUDY_INSTANCE_UID = 0x0020000d;
    private static final int SERIES_INSTANCE_UID = 0x0020000e;

    private final Uid sopClass;
    private final Uid sopInstance;
    private final TransferSyntax transferSyntax;
    private final Attributes attributes;

    public InstanceHeader(Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, Attributes attributes) {
        this.sopClass = sopClass;
        this.sopInstance = sopInstance;
        this.transferSyntax = transferSyntax;
        this.attributes = attributes;
    }

    /** A header with only these attributes, by tag. */
    public static InstanceHeader of(
            Uid sopClass, Uid sopInstance, TransferSyntax transferSyntax, Map<Integer, List<String>> attributes) {
        Map<Integer, List<String>> copy = Map.copyOf(attributes);
        return new InstanceHeader(sopClass, sopInstance, transferSyntax, tag -> copy.getOrDefault(tag, List.of()));
    }

    /** SOP Class UID (0008,0016). */
    public Uid sopClass() {
        return sopClass;
    }

    /** SOP Instance UID (0008,0018). */
    public Uid sopInstance() {
        return sopInstance;
    }

    /** The transfer syntax in which the dataset was received. */
    public TransferSyntax transferSyntax() {
        return transferSyntax;
    }

    /** Study Instance UID (0020,000D), or empty. */
    public String studyInstanceUid() {
        return first(STUDY_INSTANCE_UID);
    }

    /** Series Instance UID (0020,000E), or empty. */
    public String seriesInstanceUid() {
        return first(SERIES_INSTANCE_UID);
    }

    /** Patient ID (0010,0020), or empty. */
    public String patientId() {
        return first(PATIENT_ID);
    }

    /** Accession Number (0008,0050), or empty. */
    public String accessionNumber() {
        return first(ACCESSION_NUMBER);
    }

    /** Modality (0008,0060), or empty. */
    public String modality() {
        return first(MODALITY);
    }

    /** The values of a top-level attribute; empty when it is absent, empty, a sequence, or after the pixel data. */
    public List<String> values(int tag) {
        return attributes.values(tag);
    }

    private String first(int tag) {
        List<String> values = attributes.values(tag);
        return values.isEmpty() ? "" : values.get(0);
    }
}
