package org.dicomgateway.verify;

import java.io.IOException;
import java.util.Map;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Copies.DatasetTarget;
import org.dicomgateway.spool.Copy;

/**
 * What can be asked of a destination, in whatever way it offers. Every method ends within a time limit, and throws an
 * {@link IOException} when the destination does not answer as expected. That says nothing about the copies.
 */
public interface Archive {

    /**
     * What the destination has of a study.
     *
     * @param copy a copy of an instance of the study
     * @return the destination's own names of the instances, by SOP Instance UID; for an instance without a Study
     *     Instance UID, only that instance
     */
    Map<Uid, String> study(Copy copy) throws IOException;

    /**
     * Checks a copy that the destination has.
     *
     * @param name the destination's own name of it
     */
    Finding check(Copy copy, String name, Level level) throws IOException;

    /**
     * Reads the dataset of a copy that was found to be what was sent.
     *
     * @param name the destination's own name of it
     * @param checked what was found
     * @throws IOException also at the end, when what was read is not what was found
     */
    void fetch(String name, Finding checked, DatasetTarget target) throws IOException;
}
