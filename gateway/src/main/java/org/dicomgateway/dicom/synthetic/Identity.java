package org.dicomgateway.dicom.synthetic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.UUID;
import org.dicomgateway.dicom.values.Uid;

/**
 * Everything that makes one instance different from another, derived from the seed. The same arguments always give
 * the same result.
 */
record Identity(long seed) {

    private static final LocalDate FIRST_DAY = LocalDate.of(2015, 1, 1);
    private static final int DAYS = 3650;
    private static final int OPENS = 7 * 3600;
    private static final int OPEN_SECONDS = 10 * 3600;

    /** The UID for {@code path}: a UUID as a decimal number under 2.25 (PS3.5 B.2). */
    Uid uid(Object... path) {
        UUID uuid = uuid(path);
        BigInteger number = unsigned(uuid.getMostSignificantBits())
                .shiftLeft(Long.SIZE)
                .or(unsigned(uuid.getLeastSignificantBits()));
        return Uid.of("2.25." + number);
    }

    /** A number from 0 (inclusive) to {@code bound} (exclusive). */
    int number(int bound, Object... path) {
        return (int) Long.remainderUnsigned(uuid(path).getMostSignificantBits(), bound);
    }

    /** A time within working hours. */
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
