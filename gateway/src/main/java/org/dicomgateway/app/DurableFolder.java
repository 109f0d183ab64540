package org.dicomgateway.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dicomgateway.commit.Records;

/** A folder with one {@link DurableFile} for each text. Only its owner may read it. */
final class DurableFolder implements Records {

    private static final String SUFFIX = ".request";
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.request");

    private final Path folder;

    private DurableFolder(Path folder) {
        this.folder = folder;
    }

    /** Opens the folder, or creates it. Removes what a crash left half written. */
    static DurableFolder open(Path folder) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // Else a power failure could take the folder, with all that is synced in it.
        try (FileChannel parent =
                FileChannel.open(folder.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            parent.force(true);
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path part : files.filter(file -> file.toString().endsWith(SUFFIX + ".part"))
                    .toList()) {
                Files.delete(part);
            }
        }
        return new DurableFolder(folder);
    }

    @Override
    public SortedSet<Long> numbers() throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    numbers.add(Long.parseLong(name.group(1)));
                }
            });
        }
        return numbers;
    }

    @Override
    public String read(long number) throws IOException {
        return Files.readString(file(number));
    }

    @Override
    public void keep(long number, String text) throws IOException {
        try {
            DurableFile.replace(file(number), text);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void remove(long number) throws IOException {
        Files.deleteIfExists(file(number));
    }

    @Override
    public String setAside(long number) throws IOException {
        Path aside = folder.resolve(number + ".damaged");
        Files.move(file(number), aside, StandardCopyOption.REPLACE_EXISTING);
        return aside.toString();
    }

    private Path file(long number) {
        return folder.resolve(number + SUFFIX);
    }
}
