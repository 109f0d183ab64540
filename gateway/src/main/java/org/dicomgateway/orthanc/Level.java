package org.dicomgateway.orthanc;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The four levels of DICOM's information model (PS3.3 7), as Orthanc's REST API names them. */
public enum Level {
    PATIENT("patients", "PatientID", null, "Studies"),
    STUDY("studies", "StudyInstanceUID", "ParentPatient", "Series"),
    SERIES("series", "SeriesInstanceUID", "ParentStudy", "Instances"),
    INSTANCE("instances", "SOPInstanceUID", "ParentSeries", null);

    private final String path;
    private final String identifier;
    private final @Nullable String parentField;
    private final @Nullable String childrenField;

    Level(String path, String identifier, @Nullable String parentField, @Nullable String childrenField) {
        this.path = path;
        this.identifier = identifier;
        this.parentField = parentField;
        this.childrenField = childrenField;
    }

    /** The name of a resource of this level in answers and queries: {@code Study}. */
    String typeName() {
        return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
    }

    /** The level's collection in a URL: {@code /studies}. */
    String path() {
        return path;
    }

    /** Keyword of the attribute that identifies a resource of this level. */
    public String identifier() {
        return identifier;
    }

    /** The field of an answer that names the resource above; null for a patient. */
    @Nullable
    String parentField() {
        return parentField;
    }

    /** The field of an answer that lists the resources below; null for an instance. */
    @Nullable
    String childrenField() {
        return childrenField;
    }
}
