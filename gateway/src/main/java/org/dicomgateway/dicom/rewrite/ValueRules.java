package org.dicomgateway.dicom.rewrite;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a new value of an attribute must be like (PS3.5 6.2). */
public final class ValueRules {

    private static final Map<String, Pattern> PATTERNS = Map.ofEntries(
            Map.entry("AE", Pattern.compile("[ -\\[\\]-~]{0,16}")),
            Map.entry("AS", Pattern.compile("(\\d{3}[DWMY])?")),
            Map.entry("CS", Pattern.compile("[A-Z0-9 _]{0,16}")),
            Map.entry("DA", Pattern.compile("(\\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01]))?")),
            Map.entry("DS", Pattern.compile("(?=.{0,16}$) *([+-]?(\\d+\\.?\\d*|\\.\\d+)([Ee][+-]?\\d+)?)? *")),
            Map.entry(
                    "DT",
                    Pattern.compile("(\\d{4}((0[1-9]|1[0-2])((0[1-9]|[12]\\d|3[01])"
                            + "(([01]\\d|2[0-3])([0-5]\\d([0-5]\\d(\\.\\d{1,6})?)?)?)?)?)?([+-]\\d{4})?)?")),
            Map.entry("IS", Pattern.compile("(?=.{0,12}$) *([+-]?\\d+)? *")),
            Map.entry("TM", Pattern.compile("(([01]\\d|2[0-3])([0-5]\\d([0-5]\\d(\\.\\d{1,6})?)?)?)? *")));

    private static final Map<String, Integer> LONGEST =
            Map.of("LO", 64, "LT", 10_240, "SH", 16, "ST", 1_024, "UC", 65_534, "UR", 65_534, "UT", 65_534);

    private static final Set<String> LINES = Set.of("LT", "ST", "UT");
    private static final int LONGEST_NAME = 64;
    private static final int NAME_GROUPS = 3;

    private ValueRules() {}

    /** Whether values of this representation are text that rules can write. */
    public static boolean isWritable(String vr) {
        return vr.equals("PN") || PATTERNS.containsKey(vr) || LONGEST.containsKey(vr);
    }

    /** Whether an attribute with this representation can have several values, separated by backslashes. */
    public static boolean isMultiple(String vr) {
        return !LINES.contains(vr) && !vr.equals("UR");
    }

    /** What is wrong with one value for this representation; empty: nothing. It does not contain the value. */
    public static Optional<String> problem(String vr, String value) {
        Pattern pattern = PATTERNS.get(vr);
        if (pattern != null) {
            return pattern.matcher(value).matches() ? Optional.empty() : Optional.of("is not a value of type " + vr);
        }
        boolean control = value.chars()
                .anyMatch(c -> (c < ' ' || c == 0x7F)
                        && !(LINES.contains(vr) && (c == '\n' || c == '\r' || c == '\t' || c == '\f')));
        if (control || (isMultiple(vr) && value.indexOf('\\') >= 0)) {
            return Optional.of("has a character that a value of type " + vr + " cannot have");
        }
        return vr.equals("PN") ? nameProblem(value) : lengthProblem(vr, value);
    }

    private static Optional<String> lengthProblem(String vr, String value) {
        int longest = LONGEST.getOrDefault(vr, 0);
        return value.codePointCount(0, value.length()) <= longest
                ? Optional.empty()
                : Optional.of(
                        "is longer than " + longest + " characters, the most that a value of type " + vr + " can have");
    }

    private static Optional<String> nameProblem(String value) {
        String[] groups = value.split("=", -1);
        if (groups.length > NAME_GROUPS) {
            return Optional.of("has more than three component groups");
        }
        for (String group : groups) {
            if (group.codePointCount(0, group.length()) > LONGEST_NAME) {
                return Optional.of("has a component group of more than 64 characters");
            }
        }
        return Optional.empty();
    }
}
