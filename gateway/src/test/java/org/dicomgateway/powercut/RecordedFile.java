package org.dicomgateway.powercut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A file's bytes: those that a power cut does not reach, and what was done since, in order. */
final class RecordedFile {

    private static final int SECTOR = 512;

    /** Bytes written at a position; without bytes, the length was set to it. */
    static final class Change {

        private final long position;
        private final byte[] bytes;

        Change(long position, byte[] bytes) {
            this.position = position;
            this.bytes = bytes;
        }
    }

    private byte[] durable = new byte[0];
    private final List<Change> unsynced = new ArrayList<>();

    void change(Change change) {
        unsynced.add(change);
    }

    /** What was done until now, that a sync beginning now will have made durable when it ends. */
    List<Change> unsynced() {
        return List.copyOf(unsynced);
    }

    void synced(List<Change> covered) {
        for (Change change : covered) {
            if (unsynced.remove(change)) {
                durable = apply(durable, change);
            }
        }
    }

    byte[] durable() {
        return durable;
    }

    /** How its bytes may be found after a power cut. */
    byte[] afterPowerCut(Loss loss, Random random) {
        byte[] found = durable.clone();
        double lost = random.nextDouble();
        for (Change change : unsynced) {
            switch (loss) {
                case ALL -> {}
                case NOTHING -> found = apply(found, change);
                case SOME -> found = some(found, change, random, lost);
            }
        }
        return found;
    }

    private static byte[] some(byte[] found, Change change, Random random, double lost) {
        if (change.bytes.length == 0) {
            return random.nextDouble() < lost ? found : apply(found, change);
        }
        byte[] torn = found;
        for (int from = 0; from < change.bytes.length; ) {
            int sectorEnd = (int) ((change.position + from) / SECTOR + 1) * SECTOR;
            int to = Math.min(change.bytes.length, (int) (sectorEnd - change.position));
            if (random.nextDouble() >= lost) {
                torn = apply(torn, new Change(change.position + from, Arrays.copyOfRange(change.bytes, from, to)));
            }
            from = to;
        }
        return torn;
    }

    private static byte[] apply(byte[] to, Change change) {
        int at = Math.toIntExact(change.position);
        if (change.bytes.length == 0) {
            return Arrays.copyOf(to, at);
        }
        byte[] longer = to.length < at + change.bytes.length ? Arrays.copyOf(to, at + change.bytes.length) : to;
        System.arraycopy(change.bytes, 0, longer, at, change.bytes.length);
        return longer;
    }
}
