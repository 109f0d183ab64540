package org.dicomgateway.app;

import ch.qos.logback.core.PropertyDefinerBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The folder of the logs, for {@code logback.xml}. If it does not exist, it is created before the first file, for this
 * user only, whatever the umask is. An existing folder stays as it is, so that you can share it with a group.
 */
public final class LogsFolder extends PropertyDefinerBase {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private String folder = "var/logs";

    /** Sets the folder as written in the configuration. */
    public void setFolder(String folder) {
        this.folder = folder;
    }

    @Override
    public String getPropertyValue() {
        Path path = Path.of(folder).toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path, OWNER_ONLY);
                Files.setPosixFilePermissions(path, OWNER_ONLY.value());
            }
        } catch (IOException e) {
            addError("the folder of the logs cannot be created: " + path, e);
        }
        return path.toString();
    }
}
