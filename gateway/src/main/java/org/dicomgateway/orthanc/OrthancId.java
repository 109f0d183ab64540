package org.dicomgateway.orthanc;

import java.util.regex.Pattern;
import org.dicomgateway.dicom.values.Text;

/** Orthanc's own ID of a patient, study, series or instance: five groups of eight hex digits. */
public record OrthancId(String value) implements Comparable<OrthancId> {

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{8}){4}");

    /**
     * Checks the form of the ID. A valid ID is safe in a URL.
     *
     * @throws IllegalArgumentException when the text is not an Orthanc ID
     */
    public OrthancId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "an Orthanc ID is five groups of eight hex digits: '" + Text.printable(value, 44) + "'");
        }
    }

    @Override
    public int compareTo(OrthancId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
