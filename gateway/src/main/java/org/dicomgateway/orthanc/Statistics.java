package org.dicomgateway.orthanc;

import org.dicomgateway.config.settings.DataSize;

/** How much a server stores ({@code /statistics}). {@code diskSize} is the size of the stored files. */
public record Statistics(long patients, long studies, long series, long instances, DataSize diskSize) {}
