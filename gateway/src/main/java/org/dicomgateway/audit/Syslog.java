package org.dicomgateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Formats audit messages as syslog messages: RFC 5424, with the values that PS3.15 A.6 requires. */
final class Syslog {

    private static final int SECURITY = 10;
    private static final int NOTICE = 5;
    private static final int WARNING = 4;
    private static final int SEVERITIES = 8;
    private static final int MAX_HOST = 255;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final Pattern TIME = Pattern.compile("EventDateTime=\"([^\"]{1,40})\"");
    private static final Pattern WELL = Pattern.compile("EventOutcomeIndicator=\"0\"");

    private final String host;
    private final String process = String.valueOf(ProcessHandle.current().pid());

    /** For messages of this host. */
    Syslog(String host) {
        String graphic = host.replaceAll("[^\\x21-\\x7e]", "?");
        this.host = graphic.isEmpty() ? "-" : graphic.substring(0, Math.min(graphic.length(), MAX_HOST));
    }

    /** The bytes of one message, without the framing of a transport. */
    byte[] message(String xml) {
        Matcher time = TIME.matcher(xml);
        int severity = WELL.matcher(xml).find() ? NOTICE : WARNING;
        String header = "<" + (SECURITY * SEVERITIES + severity) + ">1 " + (time.find() ? time.group(1) : "-") + " "
                + host + " dicom-gateway " + process + " DICOM+RFC3881 - ";
        return (header + BYTE_ORDER_MARK + xml).getBytes(StandardCharsets.UTF_8);
    }
}
