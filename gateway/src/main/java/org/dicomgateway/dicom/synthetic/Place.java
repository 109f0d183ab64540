package org.dicomgateway.dicom.synthetic;

/** The position of an instance: numbers from 1, each within the previous level. */
record Place(int patient, int study, int series, int instance) {}
