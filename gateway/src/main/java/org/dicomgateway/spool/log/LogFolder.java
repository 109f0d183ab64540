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

/** The contents of the log's folder: segments with their headers, and spare segments. Read-only. */
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
                    "the header of {} cannot be read; the segment is kept, and its readable records are used", file, e);
            unreadable.add(number);
            segments.put(number, Optional.empty());
            return;
        }
        header.map(SegmentHeader::previous).ifPresent(end -> ends.put(end.sequence(), end));
        if (header.isPresent() && header.get().sequence() != number) {
            // Recycled just before a power failure: nothing in it was needed any more, and its new name was not
            // durable.
            worthless.add(file);
            return;
        }
        if (header.isEmpty()) {
            LOG.error("the header of {} is damaged; the segment's records are read without it", file);
        }
        segments.put(number, header);
    }

    /** Segments by number. A segment with a damaged header has none here. */
    public NavigableMap<Long, Optional<SegmentHeader>> segments() {
        return segments;
    }

    /** Segments whose header the disk cannot read. */
    public Set<Long> unreadable() {
        return unreadable;
    }

    /** Where a segment ended, if known. */
    public Optional<SegmentHeader.End> endOf(long segment) {
        return Optional.ofNullable(ends.get(segment));
    }

    public List<Path> spares() {
        return spares;
    }

    /** Files without useful content, which can be deleted. */
    public List<Path> worthless() {
        return worthless;
    }

    /** The highest number of all files. */
    public long highestNumber() {
        return highestNumber;
    }

    /**
     * No segment contains ids below this. It is 0 when the header of the oldest segment is damaged, as that segment may
     * contain any id.
     */
    public long idsFrom() {
        return segments.isEmpty()
                ? Long.MAX_VALUE
                : segments.firstEntry()
                        .getValue()
                        .map(SegmentHeader::firstInstanceId)
                        .orElse(0L);
    }

    /** Ids below this were already given, as far as the headers show. */
    public long idsBelow() {
        return segments.values().stream()
                .flatMap(Optional::stream)
                .mapToLong(SegmentHeader::firstInstanceId)
                .max()
                .orElse(1);
    }
}
