package org.dicomgateway.verify;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.Login;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.orthanc.Resource;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.DatasetTarget;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.CopyState;

/**
 * An Orthanc, asked over its REST API.
 *
 * <p>The first check of a copy reads the whole file and compares its dataset with what was sent. Orthanc writes the
 * file meta information itself, so its MD5 of the file follows from nothing that the gateway knows; it is remembered
 * from that reading. From then on Orthanc is told to read its file and to compare it with its MD5 ({@code verify-md5}),
 * and that MD5 with the remembered one: no content goes over the network.
 */
public final class OrthancArchive implements Archive {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FILE_TIMEOUT = Duration.ofMinutes(10);

    private static final String LISTED = "listed by Orthanc";
    private static final String MD5 = "MD5 of the file, checked by Orthanc on its disk";
    private static final String CHANGED = "its file changed on the server's disk after the server stored it";
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;
    private static final String READ = "the whole dataset was read from Orthanc and compared";

    private final OrthancClient client;
    private final OrthancClient files;
    private final Comparison comparison;

    /** An Orthanc with this REST API. What was sent is read from the spool when its digest alone does not decide. */
    public OrthancArchive(RestSettings rest, Copies copies) {
        Optional<Login> login = rest.login().map(known -> new Login(known.user(), known.password()));
        this.client = new OrthancClient(rest.url(), login, CONNECT_TIMEOUT, ANSWER_TIMEOUT);
        this.files = new OrthancClient(rest.url(), login, CONNECT_TIMEOUT, FILE_TIMEOUT);
        this.comparison = new Comparison(READ, copies);
    }

    @Override
    public Holdings study(Copy copy) throws IOException {
        String study = copy.instance().studyInstanceUid();
        Map<Uid, String> names = new HashMap<>();
        if (!Uid.isValid(study)) {
            Uid sopInstance = copy.instance().sopInstance();
            client.find(sopInstance).stream().findFirst().ifPresent(id -> names.put(sopInstance, id.value()));
            return Holdings.whole(names);
        }
        for (Resource found : client.find(org.dicomgateway.orthanc.Level.INSTANCE, Map.of("StudyInstanceUID", study))) {
            String identifier = found.identifier();
            if (Uid.isValid(identifier)) {
                names.put(Uid.of(identifier), found.id().value());
            }
        }
        // It tells no more than its LimitFindInstances, and does not say so.
        return new Holdings(names, false);
    }

    @Override
    public Optional<String> name(Copy copy) throws IOException {
        String study = copy.instance().studyInstanceUid();
        Uid sopInstance = copy.instance().sopInstance();
        if (!Uid.isValid(study)) {
            return study(copy).name(sopInstance);
        }
        Map<String, String> query = Map.of("StudyInstanceUID", study, "SOPInstanceUID", sopInstance.value());
        return client.find(org.dicomgateway.orthanc.Level.INSTANCE, query).stream()
                .findFirst()
                .map(found -> found.id().value());
    }

    @Override
    public Finding check(Copy copy, String listed, Level level) throws IOException {
        Optional<String> name = listed.isEmpty() ? name(copy) : Optional.of(listed);
        if (name.isEmpty()) {
            return Finding.missing("the question for this instance");
        }
        if (level == Level.PRESENCE) {
            return Finding.verified(LISTED, Optional.empty());
        }
        OrthancId id = new OrthancId(name.get());
        try {
            return checkContent(copy, id);
        } catch (OrthancException e) {
            // About this file alone: another one that cannot be checked must not stop the checks of all.
            if (e.status() != NOT_FOUND && e.status() != SERVER_ERROR) {
                throw e;
            }
            return client.holds(id)
                    ? Finding.differing(READ, "the server cannot read its file: " + e.getMessage())
                    : Finding.missing("the question for its file");
        }
    }

    private Finding checkContent(Copy copy, OrthancId id) throws IOException {
        if (copy.md5().isPresent() && copy.md5().equals(client.recordedMd5(id))) {
            return client.verifyMd5(id) ? Finding.verified(MD5, copy.md5()) : Finding.differing(MD5, CHANGED);
        }
        String[] md5 = {""};
        Finding found = comparison.compare(copy, receiver -> {
            try (RemoteFile file = new RemoteFile(files.open(id))) {
                receiver.take(file.transferSyntax(), file.dataset());
                md5[0] = file.md5Hex();
            }
        });
        return found.state() == CopyState.VERIFIED ? onDisk(id, md5[0], found.how()) : found;
    }

    /** What was read may come from Orthanc's memory. So Orthanc is told to read its file, too. */
    private Finding onDisk(OrthancId id, String md5, String how) throws IOException {
        Optional<String> recorded = client.recordedMd5(id);
        return recorded.isPresent() && (!recorded.get().equals(md5) || !client.verifyMd5(id))
                ? Finding.differing(MD5, CHANGED)
                : Finding.verified(how, Optional.of(md5));
    }

    @Override
    public void fetch(Copy copy, String name, Finding checked, DatasetTarget target) throws IOException {
        try (RemoteFile file = new RemoteFile(files.open(new OrthancId(name)))) {
            Comparison.drain(file.dataset(), target);
            if (!checked.md5().equals(Optional.of(file.md5Hex()))) {
                throw new IOException("the server's file changed since it was checked");
            }
        }
    }

    /** The URL, for messages. */
    @Override
    public String toString() {
        return "Orthanc at " + client.base();
    }
}
