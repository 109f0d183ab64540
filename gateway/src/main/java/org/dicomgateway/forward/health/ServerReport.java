package org.dicomgateway.forward.health;

import java.util.Optional;

/**
 * What a server tells about itself, beside DICOM.
 *
 * @param version its software's version; empty when it could not be asked
 * @param diskUsedBytes what its storage takes; 0 when it could not be asked
 * @param storedInstances how many instances it holds; 0 when it could not be asked
 * @param error why it could not be asked, for operators; empty when it could
 */
public record ServerReport(String version, long diskUsedBytes, long storedInstances, Optional<String> error) {}
