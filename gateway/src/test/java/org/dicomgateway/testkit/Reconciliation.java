package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.TestFiles.TestFile;

/** Asks servers by REST, one instance after the other, for what was answered with success. */
public final class Reconciliation {

    private Reconciliation() {}

    /** Those that the server does not hold. */
    public static List<TestFile> missing(OrthancServer server, Collection<TestFile> answered) {
        return answered.stream().filter(file -> !holds(server, file)).toList();
    }

    /** Those whose dataset the server holds otherwise than it was sent. */
    public static List<TestFile> damaged(OrthancServer server, Collection<TestFile> answered) {
        return answered.stream().filter(file -> !isSame(server, file)).toList();
    }

    private static boolean holds(OrthancServer server, TestFile file) {
        try {
            return server.rest().holds(idOf(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSame(OrthancServer server, TestFile file) {
        try {
            return Arrays.equals(Part10.dataset(server.file(idOf(file))), Part10.dataset(file.path()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OrthancId idOf(TestFile file) {
        return OrthancIds.ofInstance(file.patientId(), file.study(), file.series(), file.sopInstance());
    }
}
