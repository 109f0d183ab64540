package org.dicomgateway.cli.common;

import java.util.Optional;

/** The version of the program. */
public final class ProgramVersion {

    private ProgramVersion() {}

    /** The version from the jar's manifest. */
    public static String get() {
        return Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion())
                .orElse("(not run from its jar)");
    }
}
