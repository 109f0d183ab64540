package org.dicomgateway.cli.common;

import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;

/** How commands name a transfer syntax: by its name in the standard, and its UID. */
public final class SyntaxName {

    private SyntaxName() {}

    /** Name and UID. */
    public static String of(TransferSyntax syntax) {
        return Dictionary.name(syntax.uid())
                .map(name -> name + " (" + syntax + ")")
                .orElse(syntax.toString());
    }

    /**
     * The same of a text.
     *
     * @param uid what a gateway answered; something else than a UID is left out
     */
    public static String of(String uid) {
        return Uid.isValid(uid) ? of(TransferSyntax.of(uid)) : "?";
    }
}
