package org.dicomgateway.verify;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.requestor.QueryRetrieve;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.spool.Copies;
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
     * @return for an instance without a Study Instance UID, only that instance
     */
    Holdings study(Copy copy) throws IOException;

    /** The name of one copy, as {@link Holdings#name}. It costs the same however many instances the study has. */
    Optional<String> name(Copy copy) throws IOException;

    /**
     * Checks a copy that the destination may have.
     *
     * @param name its {@link Holdings#name}
     */
    Finding check(Copy copy, String name, Level level) throws IOException;

    /**
     * Reads the dataset of a copy that was found to be what was sent.
     *
     * @param copy the copy
     * @param name its {@link Holdings#name}
     * @param checked what was found
     * @throws IOException also at the end, when what was read is not what was found
     */
    void fetch(Copy copy, String name, Finding checked, DatasetTarget target) throws IOException;

    /**
     * The way in which a destination is asked: the first of those that it offers. Orthanc's REST API, DICOMweb, and
     * then, if its copies are to be checked, C-FIND and C-GET. Empty when there is none.
     *
     * @param copies what was sent is read here, when its digest alone does not decide
     * @param peers asks by C-FIND and C-GET
     * @param webs how a destination is called over DICOMweb
     */
    static Optional<Archive> of(
            DestinationSettings destination,
            Copies copies,
            Function<RequestorSettings, QueryRetrieve> peers,
            Function<DestinationSettings, WebAccess> webs) {
        if (destination.rest().isPresent()) {
            return Optional.of(new OrthancArchive(destination.rest().get(), copies));
        }
        if (destination.dicomWeb().isPresent()) {
            return Optional.of(
                    new DicomWebArchive(destination.dicomWeb().get().url(), webs.apply(destination), copies));
        }
        return destination.verify().isOn()
                ? Optional.of(new DimseArchive(destination, peers.apply(destination.requestor()), copies))
                : Optional.empty();
    }
}
