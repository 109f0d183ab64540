package org.dicomgateway.dicom.values;

import java.util.HexFormat;

/** Status values of C-STORE, C-ECHO, N-ACTION and N-EVENT-REPORT: PS3.4 B.2.3 and PS3.7 Annex C. */
public final class DimseStatus {

    /** Success. */
    public static final int SUCCESS = 0x0000;
    /** Failure: processing failure (PS3.7 C.5.3). */
    public static final int PROCESSING_FAILURE = 0x0110;
    /** Failure: invalid attribute value (PS3.7 C.5). */
    public static final int INVALID_ATTRIBUTE_VALUE = 0x0106;
    /** Failure: no such SOP instance (PS3.7 C.5). */
    public static final int NO_SUCH_SOP_INSTANCE = 0x0112;
    /** Failure: no such event type (PS3.7 C.5). */
    public static final int NO_SUCH_EVENT_TYPE = 0x0113;
    /** Failure: no such argument (PS3.7 C.5). */
    public static final int NO_SUCH_ARGUMENT = 0x0114;
    /** Failure: invalid argument value (PS3.7 C.5). */
    public static final int INVALID_ARGUMENT_VALUE = 0x0115;
    /** Failure: no such SOP class (PS3.7 C.5). */
    public static final int NO_SUCH_SOP_CLASS = 0x0118;
    /** Failure: missing attribute (PS3.7 C.5). */
    public static final int MISSING_ATTRIBUTE = 0x0120;
    /** Failure: no such action type (PS3.7 C.5). */
    public static final int NO_SUCH_ACTION_TYPE = 0x0123;
    /** Failure: resource limitation (PS3.7 C.5). */
    public static final int RESOURCE_LIMITATION = 0x0213;
    /** Failure: not authorized (PS3.7 C.4.9). */
    public static final int NOT_AUTHORIZED = 0x0124;
    /** Failure: duplicate SOP instance (PS3.7 C.5.1). */
    public static final int DUPLICATE_SOP_INSTANCE = 0x0111;
    /** Failure: SOP class not supported (PS3.7 C.5.6). */
    public static final int SOP_CLASS_NOT_SUPPORTED = 0x0122;
    /** Failure: refused, out of resources (PS3.4 B.2.3). */
    public static final int OUT_OF_RESOURCES = 0xA700;
    /** Failure: dataset does not match SOP class (PS3.4 B.2.3). */
    public static final int DATASET_DOES_NOT_MATCH = 0xA900;
    /** Failure: cannot understand (PS3.4 B.2.3). */
    public static final int CANNOT_UNDERSTAND = 0xC000;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    /** The kinds of status (PS3.7 Annex C). */
    public enum Kind {
        /** The instance is stored. */
        SUCCESS,
        /** The instance is stored, with a remark (B000, B006, B007; 0001, 0107, 0116). */
        WARNING,
        /** The instance is not stored. */
        FAILURE
    }

    private DimseStatus() {}

    /** The kind of a status. A status that is in no table is a failure. */
    public static Kind kindOf(int status) {
        if (status == SUCCESS) {
            return Kind.SUCCESS;
        }
        boolean warning = (status & 0xF000) == 0xB000 || status == 0x0001 || status == 0x0107 || status == 0x0116;
        return warning ? Kind.WARNING : Kind.FAILURE;
    }

    /** Whether it says that the peer is out of something, or failed: a later attempt may well succeed. */
    public static boolean isTransient(int status) {
        return (status & 0xFF00) == OUT_OF_RESOURCES || status == PROCESSING_FAILURE || status == RESOURCE_LIMITATION;
    }

    /** Whether more responses to the same request follow (PS3.7 C.1.3): to C-FIND and C-GET only. */
    public static boolean isPending(int status) {
        return status == 0xFF00 || status == 0xFF01;
    }

    /** The meaning of a status, in the standard's words, for logs. */
    public static String meaningOf(int status) {
        return switch (status) {
            case SUCCESS -> "success";
            case 0x0105 -> "no such attribute";
            case INVALID_ATTRIBUTE_VALUE -> "invalid attribute value";
            case 0x0107 -> "attribute list error";
            case PROCESSING_FAILURE -> "processing failure";
            case DUPLICATE_SOP_INSTANCE -> "duplicate SOP instance";
            case NO_SUCH_SOP_INSTANCE -> "no such SOP instance";
            case NO_SUCH_EVENT_TYPE -> "no such event type";
            case NO_SUCH_ARGUMENT -> "no such argument";
            case INVALID_ARGUMENT_VALUE -> "invalid argument value";
            case 0x0116 -> "attribute value out of range";
            case 0x0117 -> "invalid SOP instance";
            case NO_SUCH_SOP_CLASS -> "no such SOP class";
            case 0x0119 -> "class-instance conflict";
            case MISSING_ATTRIBUTE -> "missing attribute";
            case 0x0121 -> "missing attribute value";
            case SOP_CLASS_NOT_SUPPORTED -> "SOP class not supported";
            case NO_SUCH_ACTION_TYPE -> "no such action type";
            case NOT_AUTHORIZED -> "not authorized";
            case 0x0210 -> "duplicate invocation";
            case 0x0211 -> "unrecognized operation";
            case 0x0212 -> "mistyped argument";
            case RESOURCE_LIMITATION -> "resource limitation";
            case 0xB000 -> "coercion of data elements";
            case 0xB006 -> "elements discarded";
            case 0xB007 -> "dataset does not match SOP class, stored";
            default -> meaningOfRange(status);
        };
    }

    private static String meaningOfRange(int status) {
        if ((status & 0xFF00) == 0xA700) {
            return "out of resources";
        }
        if ((status & 0xFF00) == 0xA900) {
            return "dataset does not match SOP class";
        }
        if ((status & 0xF000) == 0xC000) {
            return "cannot understand";
        }
        return kindOf(status) == Kind.WARNING ? "warning" : "failure";
    }

    /** A status in the form that the gateway uses everywhere: four hexadecimal digits, {@code 0xA700}. */
    public static String format(int status) {
        return "0x" + HEX.toHexDigits((short) status);
    }
}
