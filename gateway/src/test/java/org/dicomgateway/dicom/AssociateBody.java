package org.dicomgateway.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The body of an A-ASSOCIATE-RQ or -AC, item by item and as wrong as one likes (PS3.8 9.3.2, PS3.7 Annex D). */
public final class AssociateBody {

    public static final int APPLICATION_CONTEXT = 0x10;
    static final int CONTEXT = 0x20;
    static final int CONTEXT_ANSWER = 0x21;
    static final int ABSTRACT_SYNTAX = 0x30;
    static final int TRANSFER_SYNTAX = 0x40;
    static final int USER_INFORMATION = 0x50;
    static final int MAXIMUM_LENGTH = 0x51;
    static final int ROLE_SELECTION = 0x54;
    static final int EXTENDED_NEGOTIATION = 0x56;
    static final int COMMON_EXTENDED_NEGOTIATION = 0x57;
    static final int USER_IDENTITY = 0x58;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private AssociateBody() {}

    /** One without items. */
    public static AssociateBody of(String called, String calling) {
        AssociateBody body = new AssociateBody();
        body.bytes(new byte[] {0, 1, 0, 0});
        body.bytes(ascii(String.format("%-16s%-16s", called, calling)));
        return body.bytes(new byte[32]);
    }

    /** Not a body: what a list of sub-items is gathered in. */
    static AssociateBody empty() {
        return new AssociateBody();
    }

    public AssociateBody bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public AssociateBody item(int type, byte[] value) {
        out.write(type);
        out.write(0);
        return shortAndBytes(value);
    }

    /** An item or sub-item that is filled in by {@code content}. */
    public AssociateBody item(int type, Consumer<AssociateBody> content) {
        AssociateBody inner = new AssociateBody();
        content.accept(inner);
        return item(type, inner.toByteArray());
    }

    /** A presentation context with these transfer syntaxes. */
    public AssociateBody context(int id, String abstractSyntax, Iterable<String> transferSyntaxes) {
        return item(CONTEXT, context -> {
            context.bytes(new byte[] {(byte) id, 0, 0, 0}).item(ABSTRACT_SYNTAX, ascii(abstractSyntax));
            transferSyntaxes.forEach(syntax -> context.item(TRANSFER_SYNTAX, ascii(syntax)));
        });
    }

    /** User information with the greatest length of PDUs, and more. */
    public AssociateBody user(Consumer<AssociateBody> more) {
        return item(USER_INFORMATION, user -> {
            user.item(MAXIMUM_LENGTH, ByteBuffer.allocate(4).putInt(16384).array());
            more.accept(user);
        });
    }

    public AssociateBody role(String sopClass) {
        return item(ROLE_SELECTION, role -> role.shortAndBytes(ascii(sopClass)).bytes(new byte[] {1, 0}));
    }

    public AssociateBody extended(String sopClass, int length) {
        return item(
                EXTENDED_NEGOTIATION,
                extended -> extended.shortAndBytes(ascii(sopClass)).bytes(new byte[length]));
    }

    /** With so many related SOP classes, each of no character at all: two bytes. */
    public AssociateBody commonExtended(String sopClass, int related) {
        return item(
                COMMON_EXTENDED_NEGOTIATION,
                common -> common.shortAndBytes(ascii(sopClass))
                        .shortAndBytes(ascii("1.2"))
                        .shortAndBytes(new byte[2 * related]));
    }

    public AssociateBody identity(int kind, byte[] primary, byte[] secondary) {
        return item(
                USER_IDENTITY,
                identity -> identity.bytes(new byte[] {(byte) kind, 0})
                        .shortAndBytes(primary)
                        .shortAndBytes(secondary));
    }

    public int length() {
        return out.size();
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }

    /** The PDU of this body. */
    public byte[] pdu(int type) {
        return ByteBuffer.allocate(6 + out.size())
                .put((byte) type)
                .put((byte) 0)
                .putInt(out.size())
                .put(out.toByteArray())
                .array();
    }

    private AssociateBody shortAndBytes(byte[] value) {
        out.write(value.length >> 8);
        out.write(value.length);
        return bytes(value);
    }

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
