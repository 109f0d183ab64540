package org.dicomgateway.audit;

/**
 * A coded value of an audit message (PS3.15 A.5.1, {@code CodedValueType}).
 *
 * @param value the code
 * @param system the coding system that defines it
 * @param meaning the meaning, in the words of the coding system
 */
record Code(String value, String system, String meaning) {

    // Events and their types: PS3.16 CID 400 and 401.
    static final Code APPLICATION_ACTIVITY = dcm("110100", "Application Activity");
    static final Code APPLICATION_START = dcm("110120", "Application Start");
    static final Code APPLICATION_STOP = dcm("110121", "Application Stop");
    static final Code BEGIN_TRANSFERRING = dcm("110102", "Begin Transferring DICOM Instances");
    static final Code INSTANCES_TRANSFERRED = dcm("110104", "DICOM Instances Transferred");
    static final Code SECURITY_ALERT = dcm("110113", "Security Alert");
    static final Code NODE_AUTHENTICATION = dcm("110126", "Node Authentication");
    static final Code RESTRICTED_FUNCTION = dcm("110132", "Use of Restricted Function");
    static final Code USER_AUTHENTICATION = dcm("110114", "User Authentication");
    static final Code LOGIN = dcm("110122", "Login");

    // Roles of participants: PS3.16 CID 402.
    static final Code APPLICATION = dcm("110150", "Application");
    static final Code APPLICATION_LAUNCHER = dcm("110151", "Application Launcher");
    static final Code DESTINATION_ROLE = dcm("110152", "Destination Role ID");
    static final Code SOURCE_ROLE = dcm("110153", "Source Role ID");

    // Types of object identifiers: PS3.15 A.5.1.2.4 and PS3.16 CID 404.
    static final Code STUDY_INSTANCE_UID = dcm("110180", "Study Instance UID");
    static final Code NODE_ID = dcm("110182", "Node ID");
    static final Code PATIENT_NUMBER = new Code("2", "RFC-3881", "Patient Number");
    static final Code URI = new Code("12", "RFC-3881", "URI");

    private static Code dcm(String value, String meaning) {
        return new Code(value, "DCM", meaning);
    }
}
