package org.dicomgateway.app;

import java.util.Optional;

/** Which version of the program this is. */
final class ProgramVersion {

    private ProgramVersion() {}

    /** What the jar's manifest says. */
    static String get() {
        return Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion())
                .orElse("(not run from its jar)");
    }
}
