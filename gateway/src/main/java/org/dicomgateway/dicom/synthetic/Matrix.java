package org.dicomgateway.dicom.synthetic;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rows and columns of an image, each 16 to 65535 (PS3.3 C.7.6.3; with fewer than 16 nothing is visible). */
public record Matrix(int rows, int columns) {

    static final int MIN = 16;
    static final int MAX = 65_535;

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})x(\\d{1,9})");

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException when a number is out of range; the message is for the operator
     */
    public Matrix {
        if (rows < MIN || rows > MAX || columns < MIN || columns > MAX) {
            throw new IllegalArgumentException(
                    "an image has " + MIN + " to " + MAX + " rows and columns, not " + rows + "x" + columns);
        }
    }

    /**
     * Reads a matrix in the form {@code ROWSxCOLUMNS}.
     *
     * @throws IllegalArgumentException when it has another form; the message is for the operator
     */
    public static Matrix parse(String text) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException("a matrix is ROWSxCOLUMNS, for example 512x512: '" + text + "'");
        }
        return new Matrix(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    }

    long pixels() {
        return (long) rows * columns;
    }

    @Override
    public String toString() {
        return rows + "x" + columns;
    }
}
