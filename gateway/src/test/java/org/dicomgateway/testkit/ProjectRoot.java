package org.dicomgateway.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the repository's files are, whatever directory a test is started in. */
public final class ProjectRoot {

    private ProjectRoot() {}

    /** The directory that holds {@code orthanc/}, {@code conf/} and {@code scripts/}. */
    public static Path path() {
        Path working = Path.of("").toAbsolutePath();
        for (Path candidate = working; candidate != null; candidate = candidate.getParent()) {
            if (Files.isRegularFile(candidate.resolve("orthanc/orthanc1.json"))) {
                return candidate;
            }
        }
        throw new IllegalStateException("no orthanc/orthanc1.json above " + working);
    }
}
