package org.dicomgateway.dicom.values;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;

/** Makes text that came over the network fit for a log line or a message: no control characters, bounded length. */
public final class Text {

    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.+-]+");

    private Text() {}

    /**
     * {@code text} with everything but printable characters replaced by {@code ?}, cut to {@code maxLength} characters.
     * A terminal escape, a line break or a bidirectional override cannot survive it.
     */
    public static String printable(String text, int maxLength) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), maxLength));
        for (int i = 0; i < text.length() && out.length() < maxLength; i++) {
            char c = text.charAt(i);
            out.append(isPrintable(c) ? c : '?');
        }
        return out.toString();
    }

    /**
     * The same for a place in a line where one word is due: in double quotes when it has anything but letters, digits and
     * {@code _ - . +}, or is empty. So it cannot be taken for two words, or for another key and value.
     */
    public static String token(String text, int maxLength) {
        String printable = printable(text, maxLength);
        return WORD.matcher(printable).matches() ? printable : quoted(printable, maxLength);
    }

    /** The same, always in double quotes, with single ones in place of those within. */
    public static String quoted(String text, int maxLength) {
        return '"' + printable(text, maxLength).replace('"', '\'') + '"';
    }

    /** An address as an operator writes it: {@code 0.0.0.0:11112}, {@code [::1]:11112}. */
    public static String address(InetSocketAddress address) {
        InetAddress resolved = address.getAddress();
        String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
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
