package org.dicomgateway.dicom;

/** An {@link Admission} or a {@link Rejection}. */
public sealed interface AssociationAnswer permits Admission, Rejection {}
