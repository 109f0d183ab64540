package org.dicomgateway.cli.log;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.dicomgateway.dicom.values.ByteSize;

/**
 * The files into which a log was rotated, as {@code conf/logback.xml} names them: {@code forward.log} becomes
 * {@code forward.2026-03-01.0.log.gz}, then {@code forward.2026-03-01.1.log.gz}. They are read line by line.
 */
final class RotatedLogs {

    private static final int BUFFER = 64 * ByteSize.KIB;

    /** A rotated file by day and number. The names do not sort as text when there are ten or more of one day. */
    private record Rotated(Path path, LocalDate day, int number) {}

    private RotatedLogs() {}

    /** The files that contain lines written since then, the oldest first. */
    static List<Path> of(Path log, Instant since) throws IOException {
        Path absolute = log.toAbsolutePath();
        Path folder = Optional.ofNullable(absolute.getParent()).orElse(absolute);
        Pattern form = form(String.valueOf(absolute.getFileName()));
        try (Stream<Path> all = Files.list(folder)) {
            return all.flatMap(file -> parse(form, file).stream())
                    .filter(file -> wasWrittenSince(file.path(), since))
                    .sorted(Comparator.comparing(Rotated::day).thenComparing(Rotated::number))
                    .map(Rotated::path)
                    .toList();
        }
    }

    private static Pattern form(String name) {
        int dot = name.lastIndexOf('.');
        String stem = dot < 0 ? name : name.substring(0, dot);
        String extension = dot < 0 ? "" : name.substring(dot);
        return Pattern.compile(Pattern.quote(stem) + "\\.(\\d{4}-\\d{2}-\\d{2})\\.(\\d{1,9})" + Pattern.quote(extension)
                + "(?:\\.gz)?");
    }

    private static Optional<Rotated> parse(Pattern form, Path file) {
        Matcher name = form.matcher(String.valueOf(file.getFileName()));
        try {
            return name.matches()
                    ? Optional.of(new Rotated(file, LocalDate.parse(name.group(1)), Integer.parseInt(name.group(2))))
                    : Optional.empty();
        } catch (DateTimeParseException noDay) {
            return Optional.empty();
        }
    }

    /** Uses the time of the file: no line is newer. The day in its name may come from a clock in another time zone. */
    private static boolean wasWrittenSince(Path file, Instant since) {
        try {
            return !Files.getLastModifiedTime(file).toInstant().isBefore(since);
        } catch (IOException e) {
            // Perhaps it was the oldest and is already deleted: reading it will show that.
            return true;
        }
    }

    /**
     * Reads one of the files, line by line. A file that was deleted since it was listed has no lines.
     *
     * @throws IOException when it cannot be read to its end; the lines before were passed on
     */
    static void read(Path file, Consumer<String> line) throws IOException {
        try (InputStream in = Files.newInputStream(file);
                InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in, BUFFER) : in;
                BufferedReader lines = new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
            for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                line.accept(next);
            }
        } catch (NoSuchFileException deleted) {
            // Normal: old files of the log are deleted after some time.
        }
    }
}
