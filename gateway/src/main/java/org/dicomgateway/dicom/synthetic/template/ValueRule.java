package org.dicomgateway.dicom.synthetic.template;

import static java.util.Map.entry;

import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.aoju.bus.image.galaxy.data.VR;
import org.jspecify.annotations.Nullable;

/** The valid form of one value (PS3.5 6.2), for each value representation that can be written as text. */
record ValueRule(String form, boolean multiple, Predicate<String> test) {

    private static final String NO_CONTROL = "[^\\p{Cntrl}\\\\]";
    private static final String NUMBER = "[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?";

    private static final Map<VR, ValueRule> RULES = Map.ofEntries(
            entry(VR.AE, of("1 to 16 ASCII characters", "[ -\\[\\]-~]{1,16}")),
            entry(VR.AS, of("an age like 042Y", "\\d{3}[DWMY]")),
            entry(VR.CS, of("1 to 16 capital letters, digits, spaces and underscores", "[A-Z0-9_ ]{1,16}")),
            entry(VR.DA, of("a date like 20240131", "\\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])")),
            entry(VR.DS, of("a decimal number of at most 16 characters", "(?=.{1,16}$)" + NUMBER)),
            entry(
                    VR.DT,
                    of("a moment like 20240131235959.000000+0100", "\\d{4}(\\d{2}){0,5}(\\.\\d{1,6})?([+-]\\d{4})?")),
            entry(VR.IS, integer(Integer.MIN_VALUE, Integer.MAX_VALUE)),
            entry(VR.LO, of("1 to 64 characters", NO_CONTROL + "{1,64}")),
            entry(VR.LT, text(10_240)),
            entry(VR.PN, of("a name like Family^Given, each group of at most 64", PersonName.PATTERN)),
            entry(VR.SH, of("1 to 16 characters", NO_CONTROL + "{1,16}")),
            entry(VR.SL, integer(Integer.MIN_VALUE, Integer.MAX_VALUE)),
            entry(VR.SS, integer(Short.MIN_VALUE, Short.MAX_VALUE)),
            entry(VR.ST, text(1024)),
            entry(VR.TM, of("a time like 235959.000000", "([01]\\d|2[0-3])([0-5]\\d([0-5]\\d(\\.\\d{1,6})?)?)?")),
            entry(VR.UC, of("characters other than backslash", NO_CONTROL + "+")),
            entry(VR.UI, of("a UID of at most 64 characters", "(?=.{1,64}$)(0|[1-9]\\d*)(\\.(0|[1-9]\\d*))*")),
            entry(VR.UL, integer(0, 0xffff_ffffL)),
            entry(VR.UR, new ValueRule("a URI", false, value -> value.matches("[!-\\[\\]-~]+"))),
            entry(VR.US, integer(0, 0xffff)),
            entry(VR.UT, text(Integer.MAX_VALUE)),
            entry(VR.FD, of("a number", NUMBER)),
            entry(VR.FL, of("a number", NUMBER)));

    /** The rule; null when the value cannot be written as text: sequences, tags, bulk data. */
    static @Nullable ValueRule of(VR vr) {
        return RULES.get(vr);
    }

    private static ValueRule of(String form, String pattern) {
        return new ValueRule(form, true, Pattern.compile(pattern).asMatchPredicate());
    }

    private static ValueRule text(int limit) {
        return new ValueRule("at most " + limit + " characters", false, value -> value.length() <= limit);
    }

    private static ValueRule integer(long from, long to) {
        return new ValueRule("an integer from " + from + " to " + to, true, value -> {
            try {
                long number = Long.parseLong(value);
                return from <= number && number <= to;
            } catch (NumberFormatException e) {
                return false;
            }
        });
    }

    /** PS3.5 6.2: up to three groups (alphabetic, ideographic, phonetic) of up to five components. */
    private static final class PersonName {
        private static final String GROUP = "(?=[^=]{0,64}(=|$))[^\\p{Cntrl}\\\\^=]*(\\^[^\\p{Cntrl}\\\\^=]*){0,4}";
        static final String PATTERN = GROUP + "(=" + GROUP + "){0,2}";
    }
}
