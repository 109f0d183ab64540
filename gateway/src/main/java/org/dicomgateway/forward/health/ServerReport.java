package org.dicomgateway.forward.health;

import java.util.Optional;

/**
 * A server's report about itself, other than by DICOM.
 *
 * @param version the version of its software; empty when the check failed
 * @param diskUsedBytes the size of its storage; 0 when the check failed
 * @param storedInstances how many instances it holds; 0 when the check failed
 * @param error why the check failed, for operators; empty when it succeeded
 */
public record ServerReport(String version, long diskUsedBytes, long storedInstances, Optional<String> error) {}
