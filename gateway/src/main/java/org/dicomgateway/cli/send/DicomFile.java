package org.dicomgateway.cli.send;

import java.nio.file.Path;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Uid;

/**
 * A DICOM file (PS3.10) that can be sent.
 *
 * @param pair SOP class and transfer syntax, as its file meta information says
 * @param datasetOffset where the dataset begins, in bytes from the start of the file
 * @param bytes length of the dataset
 */
public record DicomFile(Path path, PresentationPair pair, Uid sopInstance, long datasetOffset, long bytes) {}
