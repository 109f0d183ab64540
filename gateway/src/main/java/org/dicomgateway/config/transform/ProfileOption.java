package org.dicomgateway.config.transform;

/** An option of the Basic Application Level Confidentiality Profile (PS3.15 E.3), with its code (PS3.16 CID 7050). */
public enum ProfileOption {
    CLEAN_DESCRIPTORS("113105", "Clean Descriptors Option"),
    RETAIN_LONGITUDINAL_FULL_DATES("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    RETAIN_LONGITUDINAL_MODIFIED_DATES("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    RETAIN_PATIENT_CHARACTERISTICS("113108", "Retain Patient Characteristics Option"),
    RETAIN_DEVICE_IDENTITY("113109", "Retain Device Identity Option"),
    RETAIN_UIDS("113110", "Retain UIDs Option"),
    RETAIN_SAFE_PRIVATE("113111", "Retain Safe Private Option"),
    RETAIN_INSTITUTION_IDENTITY("113112", "Retain Institution Identity Option");

    private final String code;
    private final String meaning;

    ProfileOption(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    /** The code value, in the scheme DCM. */
    public String code() {
        return code;
    }

    /** The code meaning. */
    public String meaning() {
        return meaning;
    }
}
