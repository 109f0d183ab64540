package org.dicomgateway.orthanc;

import org.dicomgateway.config.settings.DataSize;

/**
 * The size of one instance ({@code /instances/ID/statistics}).
 *
 * @param dicomSize the DICOM file as received, before any compression by the server
 * @param diskSize everything that the server stores for it
 */
public record InstanceStatistics(DataSize dicomSize, DataSize diskSize) {}
