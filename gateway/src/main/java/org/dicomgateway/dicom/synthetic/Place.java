package org.dicomgateway.dicom.synthetic;

/** Where an instance stands: numbers from 1, each within the one before. */
record Place(int patient, int study, int series, int instance) {}
