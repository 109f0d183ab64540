package org.dicomgateway.cli.common;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Checks a name as the configuration does, so that nothing else can become a part of an address. */
public final class NameConverter implements ITypeConverter<String> {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    @Override
    public String convert(String text) {
        if (!isName(text)) {
            throw new TypeConversionException("not a name of a destination: use letters, digits, - and _");
        }
        return text;
    }

    /** Whether the configuration allows this name. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
