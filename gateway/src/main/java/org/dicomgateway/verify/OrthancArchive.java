package org.dicomgateway.verify;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.config.settings.VerifySettings.Level;
import org.dicomgateway.dicom.dataset.ContentDigest;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.Login;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.orthanc.Resource;
import org.dicomgateway.spool.Copies;
import org.dicomgateway.spool.Copies.DatasetTarget;
import org.dicomgateway.spool.Copy;
import org.dicomgateway.spool.DatasetDigest;

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
    private static final int WINDOW = 64 << 10;

    private static final String LISTED = "listed by Orthanc";
    private static final String MD5 = "MD5 of the file, checked by Orthanc on its disk";
    private static final String CHANGED = "its file changed on the server's disk after the server stored it";
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERROR = 500;
    private static final String READ = "the whole dataset was read from Orthanc and compared";

    private final OrthancClient client;
    private final OrthancClient files;
    private final Copies copies;

    /** An Orthanc with this REST API. What was sent is read from the spool when its digest alone does not decide. */
    public OrthancArchive(RestSettings rest, Copies copies) {
        Optional<Login> login = rest.login().map(known -> new Login(known.user(), known.password()));
        this.client = new OrthancClient(rest.url(), login, CONNECT_TIMEOUT, ANSWER_TIMEOUT);
        this.files = new OrthancClient(rest.url(), login, CONNECT_TIMEOUT, FILE_TIMEOUT);
        this.copies = copies;
    }

    @Override
    public Map<Uid, String> study(Copy copy) throws IOException {
        String study = copy.instance().studyInstanceUid();
        Map<Uid, String> names = new HashMap<>();
        if (!Uid.isValid(study)) {
            Uid sopInstance = copy.instance().sopInstance();
            client.find(sopInstance).stream().findFirst().ifPresent(id -> names.put(sopInstance, id.value()));
            return names;
        }
        for (Resource found : client.find(org.dicomgateway.orthanc.Level.INSTANCE, Map.of("StudyInstanceUID", study))) {
            String identifier = found.identifier();
            if (Uid.isValid(identifier)) {
                names.put(Uid.of(identifier), found.id().value());
            }
        }
        return names;
    }

    @Override
    public Finding check(Copy copy, String name, Level level) throws IOException {
        if (level == Level.PRESENCE) {
            return Finding.verified(LISTED, Optional.empty());
        }
        OrthancId id = new OrthancId(name);
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
        try {
            return compare(copy, id);
        } catch (UnreadableDatasetException e) {
            return Finding.differing(READ, "its file is damaged: " + e.getMessage());
        }
    }

    private Finding compare(Copy copy, OrthancId id) throws IOException {
        DatasetDigest.Calculation theirs = new DatasetDigest.Calculation();
        String md5;
        try (RemoteFile file = new RemoteFile(files.open(id))) {
            if (!file.transferSyntax().equals(copy.instance().transferSyntax())) {
                return Finding.unverifiable(
                        READ,
                        "the server stores it in the transfer syntax " + file.transferSyntax() + ", and got "
                                + copy.instance().transferSyntax());
            }
            drain(file.dataset(), theirs::add);
            md5 = file.md5Hex();
        }
        Optional<DatasetDigest> ours = copy.digest().isPresent() ? copy.digest() : fromSpool(copy);
        if (ours.isEmpty()) {
            return Finding.unverifiable(
                    READ, "it was received by a version of the gateway without digests, and its bytes are gone");
        }
        long length = copy.instance().datasetLength();
        if (ours.get().equals(theirs.digest()) && length == theirs.length()) {
            return onDisk(id, md5, READ);
        }
        String difference = "it has " + theirs.length() + " bytes with the digest " + theirs.digest() + ", but "
                + length + " with " + ours.get() + " were sent";
        Optional<Boolean> same = saysTheSame(copy, id);
        if (same.isPresent()) {
            return same.get()
                    ? onDisk(
                            id, md5, READ + ", element by element: Orthanc writes the lengths of sequences its own way")
                    : Finding.differing(READ, difference);
        }
        return length == theirs.length()
                ? Finding.differing(READ, difference)
                : Finding.unverifiable(
                        READ,
                        difference + "; the server may write the lengths of sequences its own way, and the bytes that"
                                + " were sent are gone from the spool");
    }

    /** What was read may come from Orthanc's memory. So Orthanc is told to read its file, too. */
    private Finding onDisk(OrthancId id, String md5, String how) throws IOException {
        Optional<String> recorded = client.recordedMd5(id);
        return recorded.isPresent() && (!recorded.get().equals(md5) || !client.verifyMd5(id))
                ? Finding.differing(MD5, CHANGED)
                : Finding.verified(how, Optional.of(md5));
    }

    private Optional<DatasetDigest> fromSpool(Copy copy) throws IOException {
        return copies.read(copy.instance().id(), dataset -> {
            DatasetDigest.Calculation calculation = new DatasetDigest.Calculation();
            drain(dataset, calculation::add);
            return calculation.digest();
        });
    }

    /** Compares element by element; empty when what was sent is not in the spool any more. */
    private Optional<Boolean> saysTheSame(Copy copy, OrthancId id) throws IOException {
        Optional<String> ours = content(copy);
        if (ours.isEmpty()) {
            return Optional.empty();
        }
        try (RemoteFile file = new RemoteFile(files.open(id))) {
            return Optional.of(
                    ContentDigest.of(file.dataset(), file.transferSyntax()).equals(ours.get()));
        }
    }

    /** Of a dataset that was sent malformed, nothing can be said but its bytes. */
    private Optional<String> content(Copy copy) throws IOException {
        try {
            return copies.read(
                    copy.instance().id(),
                    dataset -> ContentDigest.of(dataset, copy.instance().transferSyntax()));
        } catch (UnreadableDatasetException e) {
            return Optional.of("not readable");
        }
    }

    @Override
    public void fetch(String name, Finding checked, DatasetTarget target) throws IOException {
        try (RemoteFile file = new RemoteFile(files.open(new OrthancId(name)))) {
            drain(file.dataset(), target);
            if (!checked.md5().equals(Optional.of(file.md5Hex()))) {
                throw new IOException("the server's file changed since it was checked");
            }
        }
    }

    private static void drain(InputStream dataset, DatasetTarget target) throws IOException {
        byte[] window = new byte[WINDOW];
        for (int n = dataset.read(window); n >= 0; n = dataset.read(window)) {
            target.take(window, 0, n);
        }
    }

    /** The URL, for messages. */
    @Override
    public String toString() {
        return "Orthanc at " + client.base();
    }
}
