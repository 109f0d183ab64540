package org.dicomgateway.verify;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.dicomgateway.dicom.requestor.QueryRetrieve.Receiver;
import org.dicomgateway.dicom.requestor.QueryRetrieve.UniqueKeys;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.DicomWebClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.WebAccess;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.verify.RetrievingArchive.NotSentException.Reason;

/** A server, asked over DICOMweb: QIDO-RS for presence, WADO-RS for content. */
final class DicomWebArchive extends RetrievingArchive {

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FILE_TIMEOUT = Duration.ofMinutes(10);
    /** More than any study has. */
    private static final int MOST_INSTANCES = 100_000;

    private final DicomWebClient client;

    DicomWebArchive(URI url, WebAccess access, Copies copies) {
        super("QIDO-RS", "WADO-RS", copies);
        this.client = new DicomWebClient(url, access, ANSWER_TIMEOUT, FILE_TIMEOUT);
    }

    /** Of each series by itself: Orthanc cannot list one that has lost a file. */
    @Override
    Holdings holdings(Copy copy, Uid study) throws IOException {
        Map<Uid, String> names = new HashMap<>();
        boolean whole = true;
        for (Uid series : client.series(study)) {
            try {
                client.instances(study, series).forEach(sopInstance -> names.put(sopInstance, series.value()));
                if (names.size() > MOST_INSTANCES) {
                    throw new IOException(this + " lists more than " + MOST_INSTANCES + " instances of one study");
                }
            } catch (OrthancException e) {
                if (e.status() != HttpURLConnection.HTTP_INTERNAL_ERROR) {
                    throw e;
                }
                whole = false;
            }
        }
        return new Holdings(names, whole);
    }

    @Override
    void retrieve(Copy copy, UniqueKeys keys, Receiver receiver) throws IOException {
        try (RemoteFile file = new RemoteFile(client.open(keys.study(), keys.series(), keys.sopInstance()))) {
            receiver.take(file.transferSyntax(), file.dataset());
        } catch (OrthancException e) {
            // About this instance alone: another one that cannot be checked must not stop the checks of all.
            throw new NotSentException(
                    switch (e.status()) {
                        case HttpURLConnection.HTTP_NOT_FOUND, HttpURLConnection.HTTP_GONE -> Reason.ABSENT;
                        case HttpURLConnection.HTTP_NOT_ACCEPTABLE -> Reason.REFUSED;
                        case HttpURLConnection.HTTP_INTERNAL_ERROR -> Reason.FAILED;
                        default -> throw e;
                    },
                    String.valueOf(e.getMessage()));
        }
    }

    /** The URL, for messages. */
    @Override
    public String toString() {
        return "DICOMweb at " + client.base();
    }
}
