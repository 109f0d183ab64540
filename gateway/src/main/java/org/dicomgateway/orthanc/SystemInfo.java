package org.dicomgateway.orthanc;

/** Who a server says it is ({@code /system}). */
public record SystemInfo(String name, String version, String aeTitle, int dicomPort, int httpPort) {}
