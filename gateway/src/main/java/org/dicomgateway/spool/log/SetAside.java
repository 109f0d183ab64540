package org.dicomgateway.spool.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.RefusedException;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.DiskInputStream;
import org.dicomgateway.spool.disk.Folders;

/**
 * Files of the spool that the ledger does not know, or that cannot be read as an instance. The spool moves them to a
 * separate folder and never deletes them. Only an operator's decision changes them.
 */
public final class SetAside {

    private final Disk disk;
    private final Folders folders;
    private volatile int count;

    public SetAside(Disk disk, Folders folders) throws IOException {
        this.disk = disk;
        this.folders = folders;
        this.count = numbers().size();
    }

    private NavigableSet<Long> numbers() throws IOException {
        NavigableSet<Long> numbers = new TreeSet<>();
        for (String name : disk.list(folders.setAside())) {
            OptionalLong number = Folders.number(name, Folders.INSTANCE);
            number.ifPresent(numbers::add);
        }
        return numbers;
    }

    private Path path(long number) {
        return folders.setAside().resolve(number + Folders.INSTANCE);
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** The highest number of a set-aside file; 0 for none. */
    public long highest() throws IOException {
        NavigableSet<Long> numbers = numbers();
        return numbers.isEmpty() ? 0 : numbers.last();
    }

    /**
     * Moves an instance's file to the folder. Durable on return.
     *
     * @return the new path; its number is the instance's id if that number was free
     */
    public Path add(Path file, long id) throws IOException {
        NavigableSet<Long> numbers = numbers();
        Path aside = path(numbers.contains(id) ? numbers.last() + 1 : id);
        disk.rename(file, aside);
        disk.syncDirectory(folders.setAside());
        disk.syncDirectory(Objects.requireNonNull(file.getParent()));
        count = numbers.size() + 1;
        return aside;
    }

    /** All set-aside files, sorted by number, described as far as they can be read. */
    public List<SpoolView.SetAsideFile> list() throws IOException {
        List<SpoolView.SetAsideFile> files = new ArrayList<>();
        for (long number : numbers()) {
            files.add(describe(number));
        }
        return files;
    }

    private SpoolView.SetAsideFile describe(long number) {
        Instant written = Instant.EPOCH;
        long length = 0;
        try {
            written = disk.lastModified(path(number));
            try (DiskFile file = disk.read(path(number))) {
                length = file.size();
                FileDescription found = FileDescription.read(file);
                return new SpoolView.SetAsideFile(
                        number, length, written, Optional.of(found.header()), Optional.of(found.origin()), "");
            }
        } catch (IOException e) {
            return new SpoolView.SetAsideFile(
                    number, length, written, Optional.empty(), Optional.empty(), "cannot be read: " + e.getMessage());
        }
    }

    /**
     * Passes a file to the intake as if it arrived now. Removes the file when the instance is durable there.
     *
     * @throws NoSuchFileException when no file has this number
     * @throws RefusedException when the intake refuses the instance; the file stays
     * @param check throws when an instance with this SOP Instance UID must not be taken in; the file stays
     * @throws IOException when the file cannot be read to its end; the file stays
     */
    public Instance takeIn(long number, Consumer<Uid> check, Intake intake) throws RefusedException, IOException {
        Instance taken;
        try (DiskFile file = disk.read(path(number))) {
            FileDescription found = FileDescription.read(file);
            InstanceHeader header = found.header();
            check.accept(header.sopInstance());
            try (InputStream dataset =
                    new BufferedInputStream(new DiskInputStream(file, found.datasetOffset(), found.length()))) {
                taken = intake.accept(
                                new Intake.Arrival(
                                        header.sopClass(),
                                        header.sopInstance(),
                                        header.transferSyntax(),
                                        found.origin(),
                                        Optional.empty()),
                                dataset)
                        .instance();
            }
        }
        remove(number);
        return taken;
    }

    /**
     * Deletes a file permanently.
     *
     * @throws NoSuchFileException when no file has this number
     */
    public void remove(long number) throws IOException {
        if (!disk.delete(path(number))) {
            throw new NoSuchFileException(path(number).toString());
        }
        disk.syncDirectory(folders.setAside());
        count = numbers().size();
    }
}
