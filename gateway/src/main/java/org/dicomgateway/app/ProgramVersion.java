package org.dicomgateway.app;

import java.util.Optional;

/** The version of the program. */
final class ProgramVersion {

    private ProgramVersion() {}

    /** The version from the jar's manifest. */
    static String get() {
        return Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion())
                .orElse("(not run from its jar)");
    }
}
