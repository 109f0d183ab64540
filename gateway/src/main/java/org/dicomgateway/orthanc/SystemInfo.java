package org.dicomgateway.orthanc;

/** What a server reports about itself ({@code /system}). */
public record SystemInfo(String name, String version, String aeTitle, int dicomPort) {}
