package org.dicomgateway.testkit.jvm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads the instructions of a method, as far as is needed to find those that return (JVMS 6.5). */
final class Bytecode {

    private static final int IINC = 0x84;
    private static final int TABLESWITCH = 0xaa;
    private static final int LOOKUPSWITCH = 0xab;
    private static final int IRETURN = 0xac;
    private static final int RETURN = 0xb1;
    private static final int WIDE = 0xc4;

    private Bytecode() {}

    /** The offsets of all instructions that return from the method. */
    static List<Long> returns(byte[] method) {
        ByteBuffer code = ByteBuffer.wrap(method);
        List<Long> found = new ArrayList<>();
        for (int at = 0; at < method.length; at += length(code, at)) {
            int opcode = code.get(at) & 0xff;
            if (opcode >= IRETURN && opcode <= RETURN) {
                found.add((long) at);
            }
        }
        return found;
    }

    private static int length(ByteBuffer code, int at) {
        int opcode = code.get(at) & 0xff;
        return switch (opcode) {
            case TABLESWITCH -> {
                int operands = aligned(at);
                int entries = code.getInt(operands + 8) - code.getInt(operands + 4) + 1;
                yield operands + 12 + 4 * entries - at;
            }
            case LOOKUPSWITCH -> {
                int operands = aligned(at);
                yield operands + 8 + 8 * code.getInt(operands + 4) - at;
            }
            case WIDE -> (code.get(at + 1) & 0xff) == IINC ? 6 : 4;
            default -> 1 + operands(opcode);
        };
    }

    /** After the instruction, the next multiple of four from the start of the method. */
    private static int aligned(int at) {
        return (at + 4) & ~3;
    }

    private static int operands(int opcode) {
        if (opcode == 0x10 // bipush
                || opcode == 0x12 // ldc
                || (opcode >= 0x15 && opcode <= 0x19) // loads
                || (opcode >= 0x36 && opcode <= 0x3a) // stores
                || opcode == 0xa9 // ret
                || opcode == 0xbc) { // newarray
            return 1;
        }
        if (opcode == 0xc5) { // multianewarray
            return 3;
        }
        if (opcode == 0xb9 || opcode == 0xba || opcode == 0xc8 || opcode == 0xc9) { // invokeinterface …, goto_w, jsr_w
            return 4;
        }
        boolean two = opcode == 0x11 // sipush
                || opcode == 0x13 // ldc_w
                || opcode == 0x14 // ldc2_w
                || opcode == IINC
                || (opcode >= 0x99 && opcode <= 0xa8) // branches
                || (opcode >= 0xb2 && opcode <= 0xb8) // fields and methods
                || opcode == 0xbb // new
                || opcode == 0xbd // anewarray
                || opcode == 0xc0 // checkcast
                || opcode == 0xc1 // instanceof
                || opcode == 0xc6 // ifnull
                || opcode == 0xc7; // ifnonnull
        return two ? 2 : 0;
    }
}
