package org.dicomgateway.cli.common;

/** How the operator calls the program: for messages and examples that can be copied as they stand. */
public final class ProgramName {

    private ProgramName() {}

    /** As the launcher says it: {@code scripts/gateway}, or {@code dicom-gateway} where the package is installed. */
    public static String get() {
        return System.getProperty("gateway.command", "scripts/gateway");
    }
}
