package org.dicomgateway.powercut;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plays recorded runs of the gateway, one after the other, and knows at each moment what it had promised by then. */
final class Playback implements SystemTrace.Listener {

    private static final Pattern DELIVERED =
            Pattern.compile(" event=delivered .*\\bsop=(\\S+).*\\bdestination=" + Recording.NEAR);

    private static final int COMMAND_SET_AT = 12; // of a P-DATA-TF with one PDV: PS3.8 9.3.5
    private static final int C_STORE_RSP = 0x8001;
    private static final int N_ACTION_RSP = 0x8130;

    private final Recording recording;
    private final Visitor visitor;
    private final RecordedDisk disk;
    private boolean rebuilding;
    private final Set<String> acknowledged = new LinkedHashSet<>();
    private final Set<String> delivered = new HashSet<>();
    private int promised;

    /** Looks on while it is played. */
    interface Visitor {

        /** The next thing it does is to answer this instance with success. */
        void acknowledges(Playback now, String sopInstance) throws IOException;

        /** The next thing it does is to answer this request of storage commitment with success. */
        void promises(Playback now, String transaction) throws IOException;

        /** This call has just ended. */
        void ended(Playback now, SystemCall call) throws IOException;
    }

    Playback(Recording recording, Visitor visitor) {
        this.recording = recording;
        this.visitor = visitor;
        this.disk = new RecordedDisk(recording.spool());
    }

    void play() throws IOException {
        for (Recording.Run run : recording.runs()) {
            disk.nextProcess();
            rebuilding = !disk.has("ledger.db");
            SystemTrace.read(run.trace(), this);
            run.lostAfterwards().forEach(disk::lose);
        }
    }

    RecordedDisk disk() {
        return disk;
    }

    /** Whether the program began without a ledger, and has answered nothing with success yet. */
    boolean isRebuilding() {
        return rebuilding;
    }

    /** How many requests of storage commitment were answered with success. */
    int promised() {
        return promised;
    }

    /** SOP instances that were answered with success. */
    Set<String> acknowledged() {
        return acknowledged;
    }

    /** Those of them that {@link Recording#NEAR} has answered with success. */
    Set<String> delivered() {
        return delivered;
    }

    @Override
    public void begins(int thread, SystemCall call) throws IOException {
        boolean sends = call.name().equals("write")
                || call.name().equals("sendto")
                || call.name().equals("writev");
        if (sends && call.target().startsWith("socket:")) {
            String sopInstance = successFor(C_STORE_RSP, call.data());
            if (!sopInstance.isEmpty()) {
                rebuilding = false;
                visitor.acknowledges(this, sopInstance);
                acknowledged.add(sopInstance);
            }
            if (!successFor(N_ACTION_RSP, call.data()).isEmpty()) {
                visitor.promises(this, recording.transactions().get(promised++));
            }
        }
        disk.begins(thread, call);
    }

    @Override
    public void ends(int thread, SystemCall call) throws IOException {
        if (call.name().equals("write") && call.target().endsWith("forward.log")) {
            Matcher lines = DELIVERED.matcher(new String(call.data(), StandardCharsets.UTF_8));
            while (lines.find()) {
                delivered.add(lines.group(1));
            }
        }
        disk.ends(thread, call);
        visitor.ended(this, call);
    }

    /** The instance that this P-DATA-TF answers with success; empty when it does not. PS3.7 E.1, implicit VR. */
    private static String successFor(int response, byte[] pdu) {
        if (pdu.length < COMMAND_SET_AT || pdu.length > 1_000 || pdu[0] != 4) {
            return "";
        }
        ByteBuffer set = ByteBuffer.wrap(pdu).order(ByteOrder.LITTLE_ENDIAN).position(COMMAND_SET_AT);
        int command = 0;
        int status = -1;
        String sopInstance = "";
        while (set.remaining() >= 8) {
            int tag = set.getShort() << 16 | Short.toUnsignedInt(set.getShort());
            int length = set.getInt();
            if (length < 0 || length > set.remaining()) {
                return "";
            }
            switch (tag) {
                case 0x0100 -> command = Short.toUnsignedInt(set.getShort(set.position()));
                case 0x0900 -> status = Short.toUnsignedInt(set.getShort(set.position()));
                case 0x1000 ->
                    sopInstance = new String(pdu, set.position(), length, StandardCharsets.US_ASCII).replace("\0", "");
                default -> {}
            }
            set.position(set.position() + length);
        }
        return command == response && status == 0 ? sopInstance : "";
    }

    /** Where {@code part} begins in {@code whole}; -1 when it is not in it. */
    static int indexOf(byte[] whole, byte[] part) {
        for (int at = 0; at <= whole.length - part.length; at++) {
            if (whole[at] == part[0] && Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }
}
