package org.dicomgateway.spool.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.dicomgateway.spool.disk.Disk;
import org.dicomgateway.spool.disk.DiskFile;
import org.dicomgateway.spool.disk.Folders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lies in the log's folder: segments with their headers, and spare ones. Looks only. */
public final class LogFolder {

    private static final Logger LOG = LoggerFactory.getLogger(LogFolder.class);

    private final NavigableMap<Long, Optional<SegmentHeader>> segments = new TreeMap<>();
    private final Map<Long, SegmentHeader.End> ends = new HashMap<>();
    private final List<Path> spares = new ArrayList<>();
    private final List<Path> worthless = new ArrayList<>();
    private final Set<Long> unreadable = new HashSet<>();
    private long highestNumber;

    private LogFolder() {}

    public static LogFolder look(Disk disk, Folders folders) throws IOException {
        LogFolder found = new LogFolder();
        for (String name : disk.list(folders.log())) {
            found.add(disk, folders, name);
        }
        return found;
    }

    private void add(Disk disk, Folders folders, String name) throws IOException {
        Path file = folders.log().resolve(name);
        OptionalLong segment = Folders.number(name, Folders.SEGMENT);
        OptionalLong spare = Folders.number(name, Folders.SPARE);
        OptionalLong part = Folders.number(name, Folders.PART);
        if (segment.isPresent()) {
            addSegment(disk, file, segment.getAsLong());
        } else if (spare.isPresent()) {
            spares.add(file);
        } else if (part.isPresent()) {
            worthless.add(file);
        }
        for (OptionalLong number : List.of(segment, spare, part)) {
            highestNumber = Math.max(highestNumber, number.orElse(0));
        }
    }

    private void addSegment(Disk disk, Path file, long number) {
        Optional<SegmentHeader> header;
        try (DiskFile open = disk.read(file)) {
            header = SegmentHeader.read(open);
        } catch (IOException e) {
            LOG.error(
                    "the header of {} cannot be read; the segment is kept, and its records are read if they can",
                    file,
                    e);
            unreadable.add(number);
            segments.put(number, Optional.empty());
            return;
        }
        header.map(SegmentHeader::previous).ifPresent(end -> ends.put(end.sequence(), end));
        if (header.isPresent() && header.get().sequence() != number) {
            // Recycled just before the power went: nothing in it was wanted, and its new name did not last.
            worthless.add(file);
            return;
        }
        if (header.isEmpty()) {
            LOG.error("the header of {} is damaged; its records are read by what they say themselves", file);
        }
        segments.put(number, header);
    }

    /** Segments by number; without a header when that is damaged. */
    public NavigableMap<Long, Optional<SegmentHeader>> segments() {
        return segments;
    }

    /** Segments whose header the disk does not give. */
    public Set<Long> unreadable() {
        return unreadable;
    }

    /** How a segment ended, when that is known. */
    public Optional<SegmentHeader.End> endOf(long segment) {
        return Optional.ofNullable(ends.get(segment));
    }

    public List<Path> spares() {
        return spares;
    }

    /** Files that hold nothing, and can go. */
    public List<Path> worthless() {
        return worthless;
    }

    /** The highest number that any of the files has. */
    public long highestNumber() {
        return highestNumber;
    }

    /** Ids below this are in no segment any more; everything may be in one whose header is damaged. */
    public long idsFrom() {
        return segments.isEmpty()
                ? Long.MAX_VALUE
                : segments.firstEntry()
                        .getValue()
                        .map(SegmentHeader::firstInstanceId)
                        .orElse(0L);
    }

    /** Ids below this were given already, as far as the headers tell. */
    public long idsBelow() {
        return segments.values().stream()
                .flatMap(Optional::stream)
                .mapToLong(SegmentHeader::firstInstanceId)
                .max()
                .orElse(1);
    }
}
