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
 * The folder of the logs, for {@code logback.xml}: made for this user alone when it is not there, whatever the umask says,
 * before the first file is in it. One that is there stays as it is, so that whoever shares it with a group can.
 */
public final class LogsFolder extends PropertyDefinerBase {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private String folder = "var/logs";

    /** As it is written in the configuration. */
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
            addError("the folder of the logs cannot be made: " + path, e);
        }
        return path.toString();
    }
}
