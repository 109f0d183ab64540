package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.List;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.spool.SpoolView.SetAsideFile;

/**
 * A spool file without a known instance. Nothing in this record names a patient.
 *
 * @param number the number of the file
 * @param bytes size of the file
 * @param writtenAt when it was last written: about when it was received, or left the log
 * @param sopClassUid empty, like the fields that follow, when the file cannot be read
 * @param callingAe AE title of the sender
 * @param remote the sender's address
 * @param problem why it cannot be read, or empty
 */
public record SetAsideView(
        long number,
        long bytes,
        Instant writtenAt,
        String sopClassUid,
        String sopInstanceUid,
        String studyInstanceUid,
        String modality,
        String transferSyntaxUid,
        String callingAe,
        String remote,
        String problem) {

    /** All of them. */
    public record All(List<SetAsideView> items) {

        /** Copies the list. */
        public All {
            items = List.copyOf(items);
        }
    }

    public static SetAsideView of(SetAsideFile file) {
        return new SetAsideView(
                file.number(),
                file.length(),
                file.written(),
                file.header()
                        .map(InstanceHeader::sopClass)
                        .map(Object::toString)
                        .orElse(""),
                file.header()
                        .map(InstanceHeader::sopInstance)
                        .map(Object::toString)
                        .orElse(""),
                file.header().map(InstanceHeader::studyInstanceUid).orElse(""),
                file.header().map(InstanceHeader::modality).orElse(""),
                file.header()
                        .map(header -> header.transferSyntax().uid().value())
                        .orElse(""),
                file.origin().map(Origin::calling).map(Object::toString).orElse(""),
                file.origin().map(Origin::remoteHost).orElse(""),
                file.problem());
    }
}
