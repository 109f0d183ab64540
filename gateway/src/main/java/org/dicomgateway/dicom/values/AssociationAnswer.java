package org.dicomgateway.dicom.values;

/** An {@link Admission} or a {@link Rejection}. */
public sealed interface AssociationAnswer permits Admission, Rejection {}
