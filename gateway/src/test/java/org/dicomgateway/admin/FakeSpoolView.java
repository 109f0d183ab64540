package org.dicomgateway.admin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.spool.CopyState;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Planner;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolView;

/** Books of {@code a} and of a destination that is gone, and a list of what was asked for. */
public final class FakeSpoolView implements SpoolView {

    public final List<String> asked = new ArrayList<>();
    /** The one condition that finds studies; empty: each does. */
    public String studiesOnlyBy = "";

    public long diskFree = 5_000_000;
    /** Files that no instance is known for, by number. */
    public final Map<Long, SetAsideFile> setAside = new TreeMap<>();

    public int unreadSegments;
    public Optional<String> ledgerDamage = Optional.empty();
    /** What a search for deliveries finds. */
    public List<FoundDelivery> deliveriesFound = Found.instance().deliveries();
    /** What a search for studies finds. */
    public List<FoundStudy> studiesFound = List.of(Found.study());
    /** How many deliveries an action is about, at most. */
    public long counted = Long.MAX_VALUE;

    /** Whether nothing is left of what it ever got. */
    public boolean empty;

    @Override
    public Map<String, Books> books() {
        return empty
                ? Map.of()
                : Map.of("a", new Books(10, 7, 2, 1, 0, 0, 2048), "gone", new Books(5, 1, 0, 0, 4, 0, 0));
    }

    @Override
    public long unrouted() {
        return empty ? 0 : 3;
    }

    @Override
    public long unassigned() {
        return empty ? 0 : 6;
    }

    @Override
    public long retry(Selection selection) {
        asked.add("retry " + selection);
        return Math.min(counted, 1);
    }

    @Override
    public long hasten(String destination) {
        asked.add("hasten " + destination);
        return 1;
    }

    @Override
    public long reroute(String from, String to) {
        asked.add("reroute " + from + " " + to);
        return Math.min(counted, 4);
    }

    @Override
    public long discard(Selection selection, String reason) {
        asked.add("discard " + selection + " " + reason);
        return Math.min(counted, 2);
    }

    @Override
    public Map<String, Map<CopyState, Long>> copyCounts() {
        return Map.of("a", Map.of(CopyState.VERIFIED, 5L, CopyState.MISSING, 1L, CopyState.DIFFERING, 1L));
    }

    @Override
    public long lastReceived() {
        return 0;
    }

    @Override
    public List<Receipt> receivedAfter(long instanceId, int max) {
        return List.of();
    }

    @Override
    public StudyPart part(String study, long afterId) {
        return new StudyPart(0, 0, List.of(), Map.of());
    }

    @Override
    public Vitals vitals() {
        return new Vitals(diskFree, 9_000_000, 1_000_000, 3, setAside.size(), unreadSegments, ledgerDamage);
    }

    @Override
    public List<SetAsideFile> setAside() {
        return List.copyOf(setAside.values());
    }

    @Override
    public Instance takeIn(long number) {
        SetAsideFile file = existing(number);
        if (file.header().isEmpty()) {
            throw new IllegalStateException("file " + number + " is not taken in, and stays: " + file.problem());
        }
        setAside.remove(number);
        return Found.instance().instance();
    }

    @Override
    public void discardSetAside(long number) {
        existing(number);
        setAside.remove(number);
    }

    /** A file that is an instance. */
    public static SetAsideFile readable(long number) {
        InstanceHeader header = InstanceHeader.of(
                Uid.of("1.2.840.10008.5.1.4.1.1.2"),
                Uid.of("1.2.3.4"),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                Map.of(0x0020000d, List.of("1.2.3"), 0x00080060, List.of("CT"), 0x00100010, List.of("DOE^JANE")));
        Origin origin = new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), "192.0.2.7");
        return new SetAsideFile(number, 2048, FakeControls.NOW, Optional.of(header), Optional.of(origin), "");
    }

    /** A file that is none. */
    public static SetAsideFile unreadable(long number) {
        return new SetAsideFile(
                number, 17, FakeControls.NOW, Optional.empty(), Optional.empty(), "cannot be read: bad sector");
    }

    private SetAsideFile existing(long number) {
        SetAsideFile file = setAside.get(number);
        if (file == null) {
            throw new NoSuchElementException("no file " + number + " is set aside");
        }
        return file;
    }

    @Override
    public Page<FoundInstance> instances(Search search, Optional<String> after, int limit) {
        asked.add("instances " + search + " after " + after.orElse("-") + " limit " + limit);
        return new Page<>(List.of(Found.instance()), Optional.of("1-1-0"));
    }

    @Override
    public Page<FoundDelivery> deliveries(Search search, Optional<String> after, int limit) {
        asked.add("deliveries " + search + " after " + after.orElse("-") + " limit " + limit);
        return page(deliveriesFound, after, limit);
    }

    @Override
    public Page<FoundStudy> studies(Search search, Optional<String> after, int limit) {
        asked.add("studies " + search + " after " + after.orElse("-") + " limit " + limit);
        boolean found = studiesOnlyBy.isEmpty()
                || (studiesOnlyBy.equals("instance") && !search.instance().isEmpty());
        return page(found ? studiesFound : List.of(), after, limit);
    }

    /** As the spool does it: a page that is full has a next one, even when nothing is on that. */
    private static <T> Page<T> page(List<T> all, Optional<String> after, int limit) {
        int from = after.map(cursor -> Integer.parseInt(cursor.substring(0, cursor.indexOf('-'))))
                .orElse(0);
        int to = Math.min(all.size(), from + limit);
        return new Page<>(
                all.subList(Math.min(from, to), to), to == from + limit ? Optional.of(to + "-0-0") : Optional.empty());
    }

    @Override
    public Optional<Story> story(long instanceId) {
        return instanceId == Found.instance().instance().id() ? Optional.of(Found.story()) : Optional.empty();
    }

    @Override
    public Page<Story> stories(Search search, Optional<String> after, int limit) {
        asked.add("stories " + search + " after " + after.orElse("-") + " limit " + limit);
        return new Page<>(List.of(Found.story()), Optional.of("1-1-0"));
    }

    @Override
    public Map<String, Instant> oldestWaiting() {
        return Map.of("a", FakeControls.NOW.minusSeconds(90));
    }

    @Override
    public long replan(Planner planner) {
        return 0;
    }
}
