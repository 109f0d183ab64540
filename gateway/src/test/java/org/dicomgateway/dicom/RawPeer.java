package org.dicomgateway.dicom;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.dicomgateway.dicom.values.TransferSyntax;

/** A peer that writes PDUs byte by byte, right or wrong (PS3.8 9.3), on either side of a connection. */
public final class RawPeer implements AutoCloseable {

    static final int RQ = 1;
    static final int AC = 2;
    static final int RJ = 3;
    static final int DATA = 4;
    static final int RELEASE_RQ = 5;
    static final int RELEASE_RP = 6;
    static final int ABORT = 7;

    public static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    static final String VERIFICATION = "1.2.840.10008.1.1";
    public static final String IMPLICIT = "1.2.840.10008.1.2";

    /** A PDU as it came in. */
    static final class Pdu {

        private final int type;
        private final byte[] body;

        private Pdu(int type, byte[] body) {
            this.type = type;
            this.body = body;
        }

        int type() {
            return type;
        }

        byte[] body() {
            return body;
        }

        /** The value of an element of the command in the first PDV; empty when absent. */
        byte[] commandElement(int element) {
            ByteBuffer in = ByteBuffer.wrap(body, 6, body.length - 6).order(ByteOrder.LITTLE_ENDIAN);
            while (in.remaining() >= 8) {
                in.getShort();
                int found = Short.toUnsignedInt(in.getShort());
                byte[] value = new byte[in.getInt()];
                in.get(value);
                if (found == element) {
                    return value;
                }
            }
            return new byte[0];
        }

        /** Of each fragment, without its headers. */
        List<Integer> fragmentLengths() {
            List<Integer> lengths = new ArrayList<>();
            ByteBuffer in = ByteBuffer.wrap(body);
            while (in.remaining() >= 6) {
                int length = in.getInt();
                lengths.add(length - 2);
                in.position(in.position() + length);
            }
            return lengths;
        }

        /** Whether its first fragment is the last of its message's command or dataset. */
        boolean isLast() {
            return (body[5] & 2) != 0;
        }

        boolean endsDataset() {
            int control = 0;
            ByteBuffer in = ByteBuffer.wrap(body);
            while (in.remaining() >= 6) {
                int length = in.getInt();
                control = in.get(in.position() + 1);
                in.position(in.position() + length);
            }
            return (control & 3) == 2;
        }

        int commandUs(int element) {
            return Short.toUnsignedInt(ByteBuffer.wrap(commandElement(element))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getShort());
        }

        int status() {
            return commandUs(0x0900);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    static RawPeer connect(InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /** From this address of ours. */
    static RawPeer connect(InetSocketAddress address, InetAddress from) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort(), from, 0));
    }

    /** Associates with these contexts (1, 3, …), implicit VR, and returns the answer. */
    Pdu associate(String called, String calling, String... abstractSyntaxes) throws IOException {
        send(RQ, associateRq(called, calling, List.of(IMPLICIT), abstractSyntaxes));
        return receive();
    }

    static byte[] associateRq(
            String called, String calling, List<String> transferSyntaxes, String... abstractSyntaxes) {
        return associateRq(16384, called, calling, transferSyntaxes, abstractSyntaxes);
    }

    static byte[] associateRq(
            int maxPdu, String called, String calling, List<String> transferSyntaxes, String... abstractSyntaxes) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 1, 0, 0});
        body.writeBytes(ascii(String.format("%-16s%-16s", called, calling)));
        body.writeBytes(new byte[32]);
        item(body, 0x10, ascii("1.2.840.10008.3.1.1.1"));
        for (int i = 0; i < abstractSyntaxes.length; i++) {
            ByteArrayOutputStream context = new ByteArrayOutputStream();
            context.writeBytes(new byte[] {(byte) (2 * i + 1), 0, 0, 0});
            item(context, 0x30, ascii(abstractSyntaxes[i]));
            transferSyntaxes.forEach(syntax -> item(context, 0x40, ascii(syntax)));
            item(body, 0x20, context.toByteArray());
        }
        ByteArrayOutputStream user = new ByteArrayOutputStream();
        item(user, 0x51, ByteBuffer.allocate(4).putInt(maxPdu).array());
        item(user, 0x52, ascii("1.2.3"));
        item(body, 0x50, user.toByteArray());
        return body.toByteArray();
    }

    /** Accepts what a requestor proposes: contexts 1, 3, … in implicit VR. */
    static byte[] associateAc(int contexts, String transferSyntax, int maxPdu) {
        return associateAc(contexts, transferSyntax, maxPdu, new byte[0]);
    }

    /** With an asynchronous operations window (PS3.7 D.3.3.3.2), which grants so many operations. */
    static byte[] associateAcWithWindow(int invoked) {
        byte[] window = {0x53, 0, 0, 4, 0, (byte) invoked, 0, 1};
        return associateAc(1, IMPLICIT, 16384, window);
    }

    private static byte[] associateAc(int contexts, String transferSyntax, int maxPdu, byte[] more) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(new byte[] {0, 1, 0, 0});
        body.writeBytes(ascii(String.format("%-16s%-16s", "A", "B")));
        body.writeBytes(new byte[32]);
        item(body, 0x10, ascii("1.2.840.10008.3.1.1.1"));
        for (int i = 0; i < contexts; i++) {
            ByteArrayOutputStream context = new ByteArrayOutputStream();
            context.writeBytes(new byte[] {(byte) (2 * i + 1), 0, 0, 0});
            item(context, 0x40, ascii(transferSyntax));
            item(body, 0x21, context.toByteArray());
        }
        ByteArrayOutputStream user = new ByteArrayOutputStream();
        item(user, 0x51, ByteBuffer.allocate(4).putInt(maxPdu).array());
        item(user, 0x52, ascii("1.2.3"));
        user.writeBytes(more);
        item(body, 0x50, user.toByteArray());
        return body.toByteArray();
    }

    void send(int type, byte[] body) throws IOException {
        ByteArrayOutputStream pdu = new ByteArrayOutputStream();
        pdu.write(type);
        pdu.write(0);
        pdu.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        pdu.writeBytes(body);
        sendRaw(pdu.toByteArray());
    }

    void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** One PDV in a PDU of its own. */
    void sendPdv(int context, boolean command, boolean last, byte[] data) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(ByteBuffer.allocate(4).putInt(data.length + 2).array());
        body.write(context);
        body.write((command ? 1 : 0) | (last ? 2 : 0));
        body.writeBytes(data);
        send(DATA, body.toByteArray());
    }

    static byte[] storeRq(int messageId, String sopClass, String sopInstance) {
        return command(0x0001, messageId, true, sopClass, sopInstance);
    }

    static byte[] echoRq(int messageId) {
        return command(0x0030, messageId, false, VERIFICATION, "");
    }

    static byte[] command(int field, int messageId, boolean dataset, String sopClass, String sopInstance) {
        EncodedDataset command = new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .text(0x00000002, "UI", even(sopClass))
                .us(0x00000100, field)
                .us(0x00000110, messageId)
                .us(0x00000800, dataset ? 0 : 0x0101);
        return (sopInstance.isEmpty() ? command : command.text(0x00001000, "UI", even(sopInstance))).toByteArray();
    }

    static byte[] response(int field, int messageId, int status) {
        return new EncodedDataset(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
                .us(0x00000100, field)
                .us(0x00000120, messageId)
                .us(0x00000800, 0x0101)
                .us(0x00000900, status)
                .toByteArray();
    }

    Pdu receive() throws IOException {
        int type = in.readUnsignedByte();
        in.readByte();
        byte[] body = new byte[in.readInt()];
        in.readFully(body);
        return new Pdu(type, body);
    }

    /** Reads PDUs until the last fragment of a dataset has come, or something else than data. */
    Pdu receiveInstance() throws IOException {
        Pdu pdu = receive();
        while (pdu.type() == DATA && !pdu.endsDataset()) {
            pdu = receive();
        }
        return pdu;
    }

    /** Whether the other side closes without another byte. */
    boolean isClosedByPeer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException e) {
            return true;
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static void item(ByteArrayOutputStream out, int type, byte[] value) {
        out.write(type);
        out.write(0);
        out.write(value.length >> 8);
        out.write(value.length);
        out.writeBytes(value);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String even(String uid) {
        return uid.length() % 2 == 0 ? uid : uid + "\0";
    }
}
