package org.dicomgateway.config.transform;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private element, wherever its creator reserved its block (PS3.5 7.8.1).
 *
 * @param creator the private creator
 * @param group an odd number
 * @param number its place in the block
 */
public record PrivateElement(String creator, int group, int number) {

    private static final int LONGEST_CREATOR = 64;
    private static final Pattern FORM =
            Pattern.compile("(\\S[ -\\[\\]-~]*) \\(([0-9A-Fa-f]{3}[13579BDFbdf]),xx([0-9A-Fa-f]{2})\\)");

    /**
     * Reads a text such as {@code SIEMENS MR HEADER (0019,xx0C)}.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PrivateElement of(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || matcher.group(1).strip().length() > LONGEST_CREATOR) {
            throw new IllegalArgumentException("not a private element: '" + text
                    + "'; write its creator, its group and its place, for example SIEMENS MR HEADER (0019,xx0C)");
        }
        return new PrivateElement(
                matcher.group(1).strip(),
                Integer.parseInt(matcher.group(2), 16),
                Integer.parseInt(matcher.group(3), 16));
    }
}
