package org.dicomgateway.dicom.values;

/**
 * Where an instance came from: the association that brought it.
 *
 * @param calling the sender's AE title (PS3.8 9.3.2)
 * @param called the AE title that the sender called
 * @param remoteHost the sender's address as text, never a host name (the gateway looks up no names while it receives)
 */
public record Origin(AeTitle calling, AeTitle called, String remoteHost) {}
