package org.dicomgateway.dicom.rewrite;

import java.io.IOException;

/**
 * An instance cannot be transformed completely and certainly, so that nothing of it may be sent. The message says why,
 * for operators, without any value of the dataset.
 */
public final class UntransformableException extends IOException {

    private static final long serialVersionUID = 1L;

    public UntransformableException(String message) {
        super(message);
    }
}
