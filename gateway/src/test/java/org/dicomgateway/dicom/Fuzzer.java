package org.dicomgateway.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Makes conversations and datasets that are nearly right. It knows where the lengths, types and flags of PDUs, items,
 * PDVs and elements are, and spends most of its mutations there. The same number gives the same bytes again.
 */
final class Fuzzer {

    private static final String[] SYNTAXES = {
        "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.50", "1.2.3"
    };
    private static final int[] TELLING_LENGTHS = {
        0,
        1,
        2,
        3,
        5,
        6,
        7,
        8,
        0x7F,
        0x80,
        0xFF,
        0x100,
        0x3FFA,
        0x4000,
        0x7FFF,
        0x8000,
        0xFFFE,
        0xFFFF,
        0x10000,
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFE,
        0xFFFFFFFF
    };

    private final Random random;

    Fuzzer(long seed) {
        random = new Random(seed);
    }

    /** The PDUs of a sender, from its request to its release, some of them wrong. */
    List<byte[]> conversation() {
        List<byte[]> pdus = new ArrayList<>();
        pdus.add(pdu(RawPeer.RQ, associateRq()));
        for (int messages = random.nextInt(4); messages > 0; messages--) {
            addMessage(pdus);
        }
        pdus.add(pdu(random.nextInt(5) == 0 ? RawPeer.ABORT : RawPeer.RELEASE_RQ, new byte[4]));
        for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
            mutate(pdus);
        }
        return pdus;
    }

    private byte[] associateRq() {
        int contexts = random.nextInt(8) == 0 ? 128 : 1 + random.nextInt(3);
        String[] abstractSyntaxes = IntStream.range(0, contexts)
                .mapToObj(i -> random.nextInt(6) == 0 ? "9".repeat(200) : RawPeer.CT)
                .toArray(String[]::new);
        return RawPeer.associateRq(
                random.nextInt(10) == 0 ? "\u001b[31m\r\nforged" : "GATEWAY",
                "FUZZER",
                List.of(SYNTAXES).subList(0, 1 + random.nextInt(SYNTAXES.length)),
                abstractSyntaxes);
    }

    private void addMessage(List<byte[]> pdus) {
        int context = random.nextInt(8) == 0 ? random.nextInt(256) : 1;
        switch (random.nextInt(5)) {
            case 0 -> pdus.add(pdv(context, 3, RawPeer.echoRq(random.nextInt(65536))));
            case 1 -> pdus.add(pdv(context, 3, mutated(RawPeer.storeRq(1, RawPeer.CT, "1.2.3.4"))));
            default -> {
                pdus.add(pdv(context, 3, RawPeer.storeRq(random.nextInt(65536), RawPeer.CT, uid())));
                byte[] dataset = dataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
                int cut = random.nextInt(dataset.length + 1);
                pdus.add(pdv(context, 0, Arrays.copyOf(dataset, cut)));
                pdus.add(pdv(context, 2, Arrays.copyOfRange(dataset, cut, dataset.length)));
            }
        }
    }

    private String uid() {
        return switch (random.nextInt(8)) {
            case 0 -> "1".repeat(200);
            case 1 -> "../../etc/passwd";
            case 2 -> "1.2\u001b[2J\n.3";
            default -> "1.2.3." + random.nextInt(100_000);
        };
    }

    private void mutate(List<byte[]> pdus) {
        int at = random.nextInt(pdus.size());
        switch (random.nextInt(7)) {
            case 0 -> pdus.remove(at);
            case 1 -> pdus.add(at, pdus.get(random.nextInt(pdus.size())));
            case 2 -> pdus.add(at, pdu(random.nextInt(10), mutated(new byte[random.nextInt(40)])));
            case 3 -> pdus.set(at, Arrays.copyOf(pdus.get(at), random.nextInt(pdus.get(at).length + 1)));
            case 4 -> pdus.set(at, withLength(pdus.get(at)));
            default -> pdus.set(at, mutated(pdus.get(at)));
        }
        if (pdus.isEmpty()) {
            pdus.add(new byte[] {1});
        }
    }

    /** With a telling number where it has a length: that of the PDU, or some other four bytes. */
    private byte[] withLength(byte[] pdu) {
        byte[] changed = pdu.clone();
        if (changed.length >= 6) {
            int at = random.nextBoolean() ? 2 : random.nextInt(changed.length - 3);
            int length = TELLING_LENGTHS[random.nextInt(TELLING_LENGTHS.length)];
            ByteBuffer.wrap(changed).putInt(at, random.nextBoolean() ? length : Integer.reverseBytes(length));
        }
        return changed;
    }

    /** With a few bytes changed, more likely those at the beginning. */
    byte[] mutated(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int n = 1 + random.nextInt(3); n > 0 && changed.length > 0; n--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(changed.length, 100) : changed.length);
            switch (random.nextInt(3)) {
                case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[at] = (byte) random.nextInt(256);
                default -> changed = withLength(changed);
            }
        }
        return changed;
    }

    /** A dataset that is right in its encoding; sequences, private elements, undefined lengths, long values. */
    byte[] dataset(TransferSyntax syntax) {
        EncodedDataset dataset = EncodedDataset.ofCt(syntax);
        int depth = random.nextInt(20) == 0 ? 200 : random.nextInt(4);
        for (int i = 0; i < depth; i++) {
            dataset.beginSequence(0x00400275).beginItem().text(0x00080060, "CS", "MR");
        }
        for (int i = 0; i < depth; i++) {
            dataset.endItem().endSequence();
        }
        return dataset.us(0x00280010, random.nextInt(65536))
                .bytes(0x7FE00010, "OW", new byte[2 * random.nextInt(200)])
                .toByteArray();
    }

    private static byte[] pdu(int type, byte[] body) {
        ByteArrayOutputStream pdu = new ByteArrayOutputStream();
        pdu.write(type);
        pdu.write(0);
        pdu.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        pdu.writeBytes(body);
        return pdu.toByteArray();
    }

    private static byte[] pdv(int context, int control, byte[] data) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ByteBuffer.allocate(4).putInt(data.length + 2).array());
        body.write(context);
        body.write(control);
        body.writeBytes(data);
        return pdu(RawPeer.DATA, body.toByteArray());
    }
}
