package org.dicomgateway.dicom.values;

/**
 * Where an instance came from: the association that brought it.
 *
 * @param calling the sender's AE title (PS3.8 9.3.2)
 * @param called the AE title it called us by
 * @param remoteHost the sender's address as text, never a name (nothing is looked up while receiving)
 */
public record Origin(AeTitle calling, AeTitle called, String remoteHost) {}
