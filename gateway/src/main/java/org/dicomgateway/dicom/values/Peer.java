package org.dicomgateway.dicom.values;

/** A DICOM node that can be called. */
public record Peer(AeTitle aeTitle, String host, int port) {

    @Override
    public String toString() {
        return aeTitle + "@" + host + ":" + port;
    }
}
