package org.dicomgateway.orthanc;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A patient, study, series or instance that a server has.
 *
 * @param parent the resource above; empty for a patient
 * @param tags the main DICOM tags in Orthanc's index, by keyword; patient data, never to be logged
 * @param children the resources below; empty for an instance
 */
public record Resource(
        Level level, OrthancId id, Optional<OrthancId> parent, Map<String, String> tags, List<OrthancId> children) {

    /** Copies the collections. */
    public Resource {
        tags = Map.copyOf(tags);
        children = List.copyOf(children);
    }

    /** The DICOM identifier of this resource: its PatientID or its UID; empty when the server has none. */
    public String identifier() {
        return tag(level.identifier());
    }

    /** The value of a main DICOM tag; empty when it is missing. */
    public String tag(String keyword) {
        return tags.getOrDefault(keyword, "");
    }

    /** Without the tags, which are patient data. */
    @Override
    public String toString() {
        return level + " " + id;
    }
}
