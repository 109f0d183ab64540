package org.dicomgateway.cli.common;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks a name as the configuration does, so that nothing else can become a part of an address. */
public final class NameConverter implements ITypeConverter<String> {

    /** Shown as the destination of a delivery that waits for any one of several. No destination has this name. */
    public static final String ANY = "(any)";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    @Override
    public String convert(String text) {
        if (!isName(text)) {
            throw new TypeConversionException("not a name of a destination: use letters, digits, - and _");
        }
        return text;
    }

    /** A name, or {@link #ANY}. */
    public static final class OrAny implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            return text.equals(ANY) ? text : new NameConverter().convert(text);
        }
    }

    /** Whether the configuration allows this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
