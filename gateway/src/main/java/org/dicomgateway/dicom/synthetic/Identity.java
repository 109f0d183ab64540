package org.dicomgateway.dicom.synthetic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.UUID;
import org.dicomgateway.dicom.values.Uid;

/** Everything that tells one thing from another, drawn from the seed: the same question has the same answer. */
record Identity(long seed) {

    private static final LocalDate FIRST_DAY = LocalDate.of(2015, 1, 1);
    private static final int DAYS = 3650;
    private static final int OPENS = 7 * 3600;
    private static final int OPEN_SECONDS = 10 * 3600;

    /** A UID of what {@code path} leads to: a UUID as a decimal number under 2.25 (PS3.5 B.2). */
    Uid uid(Object... path) {
        UUID uuid = uuid(path);
        BigInteger number = unsigned(uuid.getMostSignificantBits())
                .shiftLeft(Long.SIZE)
                .or(unsigned(uuid.getLeastSignificantBits()));
        return Uid.of("2.25." + number);
    }

    /** A number from 0 to below {@code bound}. */
    int number(int bound, Object... path) {
        return (int) Long.remainderUnsigned(uuid(path).getMostSignificantBits(), bound);
    }

    /** A moment of a working day. */
    LocalDateTime moment(Object... path) {
        long bits = uuid(path).getLeastSignificantBits() >>> 2;
        return FIRST_DAY.plusDays(bits % DAYS).atStartOfDay().plusSeconds(OPENS + (bits >>> 24) % OPEN_SECONDS);
    }

    private UUID uuid(Object... path) {
        return UUID.nameUUIDFromBytes(("dicom-gateway synthetic " + seed + Arrays.toString(path)).getBytes(UTF_8));
    }

    private static BigInteger unsigned(long bits) {
        return new BigInteger(Long.toUnsignedString(bits));
    }
}
