package org.dicomgateway.dicom.values;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Makes text from the network safe for a log line or a message: no control characters, bounded length. */
public final class Text {

    private Text() {}

    /**
     * Replaces every character of {@code text} that is not printable with {@code ?}, and cuts it to {@code maxLength}
     * characters. This removes terminal escapes, line breaks and bidirectional overrides.
     */
    public static String printable(String text, int maxLength) {
        if (text.length() <= maxLength && isPlain(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(Math.min(text.length(), maxLength));
        for (int i = 0; i < text.length() && out.length() < maxLength; i++) {
            char c = text.charAt(i);
            out.append(isPrintable(c) ? c : '?');
        }
        return out.toString();
    }

    /**
     * As {@link #printable}, for a single word in a line. Adds double quotes when the text is empty or contains
     * anything except letters, digits and {@code _ - . +}. So it cannot look like two words, or like another key and
     * value.
     */
    public static String token(String text, int maxLength) {
        String printable = printable(text, maxLength);
        return isWord(printable) ? printable : quoted(printable, maxLength);
    }

    /** As {@link #printable}, always in double quotes. Double quotes within the text become single ones. */
    public static String quoted(String text, int maxLength) {
        return '"' + printable(text, maxLength).replace('"', '\'') + '"';
    }

    /** An address in the usual form: {@code 0.0.0.0:11112}, {@code [::1]:11112}. */
    public static String address(InetSocketAddress address) {
        InetAddress resolved = address.getAddress();
        String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** Whether all characters are printable ASCII, as almost always. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static boolean isWord(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '_' && c != '.' && c != '+' && c != '-') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean isPrintable(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
