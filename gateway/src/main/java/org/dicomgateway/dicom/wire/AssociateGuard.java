package org.dicomgateway.dicom.wire;

import java.io.IOException;
import org.dicomgateway.dicom.values.ByteSize;
import org.dicomgateway.dicom.values.PresentationPair;

/**
 * Counts the items of an A-ASSOCIATE-RQ or -AC (PS3.8 9.3.2 and 9.3.3, PS3.7 Annex D) while its bytes pass. Aborts
 * when there are more than any implementation sends, or when an item does not fit in the item around it. The reason:
 * the toolkit makes objects of everything that it reads, up to twenty times as large as the bytes, before any access
 * check.
 *
 * <p>The gateway does not use extended negotiations. They pass with the type changed to one that does not exist: the
 * toolkit then skips them and keeps nothing.
 */
public final class AssociateGuard {

    /** In bytes, for the whole PDU: enough for 128 contexts with eighteen transfer syntaxes each. */
    public static final int MAX_LENGTH = 64 * ByteSize.KIB;

    public static final int MAX_CONTEXTS = PresentationPair.MAX_PER_ASSOCIATION;
    /** In one context: the standard has about sixty, including retired ones. */
    static final int MAX_TRANSFER_SYNTAXES_OF_A_CONTEXT = 128;
    /** In all contexts together. */
    public static final int MAX_TRANSFER_SYNTAXES = 20 * MAX_CONTEXTS;
    /** One for each SOP class that can have a context. */
    public static final int MAX_ROLE_SELECTIONS = MAX_CONTEXTS;
    /** For extended negotiations, and the same for common extended negotiations. */
    static final int MAX_EXTENDED_NEGOTIATIONS = MAX_CONTEXTS;
    /** All other sub-items of the user information. There are seven kinds, and each may appear once at most. */
    static final int MAX_OTHER = 16;

    private static final int FIXED_FIELDS = 68;
    private static final int CONTEXT_FIXED_FIELDS = 4;
    private static final int ITEM_HEADER = 4;
    private static final int UID_LENGTH = 2;
    private static final int ROLES = 2;
    private static final int NUMBERS = 4;

    private static final int CONTEXT = 0x20;
    private static final int CONTEXT_ANSWER = 0x21;
    private static final int ABSTRACT_SYNTAX = 0x30;
    private static final int TRANSFER_SYNTAX = 0x40;
    private static final int USER_INFORMATION = 0x50;
    private static final int MAXIMUM_LENGTH = 0x51;
    private static final int ASYNCHRONOUS_OPERATIONS = 0x53;
    private static final int ROLE_SELECTION = 0x54;
    private static final int EXTENDED_NEGOTIATION = 0x56;
    private static final int COMMON_EXTENDED_NEGOTIATION = 0x57;
    private static final byte NO_SUCH_ITEM = (byte) 0xFF;

    private final byte[] header = new byte[ITEM_HEADER];
    private int headerBytes;
    private int skip = FIXED_FIELDS;
    /** What is left of the whole PDU, and (next field) of the item that has sub-items. */
    private int bodyRemaining;

    private int itemRemaining;
    private int itemType;

    /** What is left of a role selection while the length of its UID is not read yet. */
    private int roleRemaining;

    private int contexts;
    private int syntaxes;
    private int syntaxesOfContext;
    private int abstractSyntaxesOfContext;
    private int userInformations;
    private int roles;
    private int extended;
    private int commonExtended;
    private int others;

    /**
     * Starts to count.
     *
     * @param length the length of the PDU's body
     */
    public AssociateGuard(long length) throws IOException {
        if (length > MAX_LENGTH || length < FIXED_FIELDS) {
            throw Aborts.becauseOfViolation(
                    "an association request or answer of " + length + " bytes; at most " + MAX_LENGTH + " are allowed");
        }
        bodyRemaining = (int) length;
    }

    /** Checks the next bytes. May change them. */
    public void inspect(byte[] b, int from, int end) throws IOException {
        int pos = from;
        while (pos < end) {
            if (skip > 0) {
                int n = Math.min(skip, end - pos);
                pos += n;
                skip -= n;
                bodyRemaining -= n;
            } else if (roleRemaining > 0) {
                header[headerBytes++] = b[pos++];
                bodyRemaining--;
                if (headerBytes == UID_LENGTH) {
                    headerBytes = 0;
                    role();
                }
            } else {
                if (headerBytes == 0) {
                    hideUnused(b, pos);
                }
                header[headerBytes++] = b[pos++];
                bodyRemaining--;
                if (headerBytes == ITEM_HEADER) {
                    headerBytes = 0;
                    item(((header[2] & 0xFF) << 8) | (header[3] & 0xFF));
                }
            }
        }
        if (bodyRemaining == 0) {
            check(userInformations == 1, "no user information");
            check(skip == 0 && headerBytes == 0 && itemRemaining == 0, "an incomplete item");
        }
    }

    private void hideUnused(byte[] b, int pos) throws IOException {
        if (itemRemaining > 0 && itemType == USER_INFORMATION) {
            int type = b[pos] & 0xFF;
            if (type == EXTENDED_NEGOTIATION) {
                check(++extended <= MAX_EXTENDED_NEGOTIATIONS, "too many extended negotiations");
                b[pos] = NO_SUCH_ITEM;
            } else if (type == COMMON_EXTENDED_NEGOTIATION) {
                check(++commonExtended <= MAX_EXTENDED_NEGOTIATIONS, "too many extended negotiations");
                b[pos] = NO_SUCH_ITEM;
            }
        }
    }

    private void item(int length) throws IOException {
        if (itemRemaining > 0) {
            itemRemaining -= ITEM_HEADER + length;
            check(itemRemaining >= 0, "a sub-item that is longer than its item");
            subItem(header[0] & 0xFF, length);
        } else {
            check(length <= bodyRemaining, "an item that is longer than the PDU");
            topItem(header[0] & 0xFF, length);
        }
    }

    private void topItem(int type, int length) throws IOException {
        itemType = type;
        skip = length;
        if (type == CONTEXT || type == CONTEXT_ANSWER) {
            check(++contexts <= MAX_CONTEXTS, "more than " + MAX_CONTEXTS + " presentation contexts");
            check(length >= CONTEXT_FIXED_FIELDS, "an incomplete presentation context");
            syntaxesOfContext = 0;
            abstractSyntaxesOfContext = 0;
            skip = CONTEXT_FIXED_FIELDS;
            itemRemaining = length - CONTEXT_FIXED_FIELDS;
        } else if (type == USER_INFORMATION) {
            check(++userInformations == 1, "more than one user information");
            skip = 0;
            itemRemaining = length;
        }
    }

    private void subItem(int type, int length) throws IOException {
        skip = length;
        if (itemType != USER_INFORMATION) {
            if (type == TRANSFER_SYNTAX) {
                check(
                        ++syntaxes <= MAX_TRANSFER_SYNTAXES
                                && ++syntaxesOfContext <= MAX_TRANSFER_SYNTAXES_OF_A_CONTEXT,
                        "more transfer syntaxes than " + MAX_TRANSFER_SYNTAXES_OF_A_CONTEXT
                                + " in a presentation context or " + MAX_TRANSFER_SYNTAXES + " in all");
            } else if (type == ABSTRACT_SYNTAX) {
                check(++abstractSyntaxesOfContext == 1, "a presentation context with two abstract syntaxes");
            }
        } else if (type == ROLE_SELECTION) {
            check(++roles <= MAX_ROLE_SELECTIONS, "more than " + MAX_ROLE_SELECTIONS + " role selections");
            check(length >= UID_LENGTH + ROLES, "an incomplete role selection");
            skip = 0;
            roleRemaining = length;
        } else if (type != (NO_SUCH_ITEM & 0xFF)) {
            // For these two, the toolkit always reads this many bytes, whatever the length says.
            boolean numbers = type == MAXIMUM_LENGTH || type == ASYNCHRONOUS_OPERATIONS;
            check(
                    !numbers || length == NUMBERS,
                    "a maximum length or an asynchronous operations window of a wrong" + " length");
            check(++others <= MAX_OTHER, "more than " + MAX_OTHER + " other sub-items of the user information");
        }
    }

    /** The toolkit uses the length of the UID, not the length of the sub-item, so both must agree. */
    private void role() throws IOException {
        int uid = ((header[0] & 0xFF) << 8) | (header[1] & 0xFF);
        check(uid + UID_LENGTH + ROLES == roleRemaining, "a role selection whose UID does not fit");
        skip = roleRemaining - UID_LENGTH;
        roleRemaining = 0;
    }

    private static void check(boolean holds, String violation) throws IOException {
        if (!holds) {
            throw Aborts.becauseOfViolation("an association request or answer with " + violation);
        }
    }
}
