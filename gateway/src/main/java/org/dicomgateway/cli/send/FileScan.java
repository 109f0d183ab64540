package org.dicomgateway.cli.send;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dicomgateway.dicom.dataset.Part10;
import org.dicomgateway.dicom.dataset.UnreadableDatasetException;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.security.FileTrouble;
import org.jspecify.annotations.Nullable;

/**
 * Finds DICOM files. Of each it reads no more than the file meta information, and of each found it keeps a few hundred
 * bytes.
 */
public final class FileScan {

    /** Media Storage Directory Storage (PS3.10 8.6): the index of a medium, not an instance. */
    private static final String DICOMDIR = "1.2.840.10008.1.3.10";

    private final List<DicomFile> files = new ArrayList<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private final Map<PresentationPair, PresentationPair> pairs = new HashMap<>();
    private final Set<Path> seen = new HashSet<>();
    private long notDicom;
    private long dicomdirs;

    private FileScan() {}

    /**
     * What was found.
     *
     * @param files what can be sent: in the order of the paths, and within a folder by name
     * @param notDicom files of other kinds
     * @param dicomdirs indexes of media
     * @param unreadable files and folders that could not be read, and DICOM files with damaged file meta information
     */
    public record Found(List<DicomFile> files, long notDicom, long dicomdirs, List<Unreadable> unreadable) {

        /** Copies the lists. */
        public Found {
            files = List.copyOf(files);
            unreadable = List.copyOf(unreadable);
        }
    }

    /** What should have been sent and cannot be. */
    public record Unreadable(Path path, String reason) {}

    /** In these files and folders, and in all folders below; what is named twice is found once. */
    public static Found of(List<Path> paths) {
        FileScan scan = new FileScan();
        paths.forEach(scan::below);
        return new Found(scan.files, scan.notDicom, scan.dicomdirs, scan.unreadable);
    }

    private void below(Path root) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(
                    root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                            if (attributes.isRegularFile()) {
                                found.add(file);
                            } else {
                                // A pipe or a device: to open it could wait for ever.
                                notDicom++;
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            unreadable.add(new Unreadable(file, reasonOf(e)));
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                            if (e != null) {
                                unreadable.add(new Unreadable(directory, reasonOf(e)));
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            unreadable.add(new Unreadable(root, reasonOf(e)));
        }
        found.stream()
                .sorted()
                .filter(file -> seen.add(file.toAbsolutePath().normalize()))
                .forEach(this::look);
    }

    private void look(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            Part10.File meta = Part10.read(in);
            if (meta.sopClass().value().equals(DICOMDIR)) {
                dicomdirs++;
                return;
            }
            // A thousand files of a series share one pair, not a thousand equal ones.
            PresentationPair pair =
                    pairs.computeIfAbsent(new PresentationPair(meta.sopClass(), meta.transferSyntax()), one -> one);
            files.add(new DicomFile(
                    path, pair, meta.sopInstance(), meta.datasetOffset(), Files.size(path) - meta.datasetOffset()));
        } catch (UnreadableDatasetException e) {
            if (hasPrefix(path)) {
                unreadable.add(new Unreadable(path, String.valueOf(e.getMessage())));
            } else {
                notDicom++;
            }
        } catch (IOException e) {
            unreadable.add(new Unreadable(path, reasonOf(e)));
        }
    }

    /** Whether it claims to be a DICOM file (PS3.10 7.1). */
    private static boolean hasPrefix(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] head = in.readNBytes(132);
            return head.length == 132 && head[128] == 'D' && head[129] == 'I' && head[130] == 'C' && head[131] == 'M';
        } catch (IOException e) {
            return false;
        }
    }

    /** Why a file cannot be read, for a person: the kind of trouble, since messages are often no more than the path. */
    static String reasonOf(IOException e) {
        return switch (e.getClass().getSimpleName()) {
            case "NoSuchFileException" -> "no such file";
            case "AccessDeniedException" -> "permission denied";
            case "FileSystemLoopException" -> "a link leads back to a folder above";
            default -> FileTrouble.of(e);
        };
    }
}
