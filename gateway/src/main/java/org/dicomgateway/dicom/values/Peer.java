package org.dicomgateway.dicom.values;

/** A DICOM node that the gateway can connect to. */
public record Peer(AeTitle aeTitle, String host, int port) {

    @Override
    public String toString() {
        return aeTitle + "@" + host + ":" + port;
    }
}
