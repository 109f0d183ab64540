package org.dicomgateway.dicom;

/**
 * An A-ASSOCIATE-RQ, as far as the decision to serve it needs it (PS3.8 9.3.2).
 *
 * @param origin who calls whom, from where
 * @param openAssociations associations now open on this listener, this one included
 */
public record AssociationRequest(Origin origin, int openAssociations) {}
