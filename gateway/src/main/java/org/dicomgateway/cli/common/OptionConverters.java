package org.dicomgateway.cli.common;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dicomgateway.config.match.IpAddress;
import org.dicomgateway.dicom.synthetic.Matrix;
import org.dicomgateway.dicom.synthetic.Modality;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Uid;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converters for the options of commands, with messages that say what is allowed. */
public final class OptionConverters {

    private OptionConverters() {}

    /** A modality in upper or lower case: {@code ct} is CT. */
    public static final class OfModality implements ITypeConverter<Modality> {
        @Override
        public Modality convert(String text) {
            return Arrays.stream(Modality.values())
                    .filter(modality -> modality.name().equalsIgnoreCase(text.strip()))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "'" + text + "' cannot be generated; choose from " + Arrays.toString(Modality.values())));
        }
    }

    /** An AE title as defined in PS3.5 6.2. */
    public static final class OfAeTitle implements ITypeConverter<AeTitle> {
        @Override
        public AeTitle convert(String text) {
            try {
                return AeTitle.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** How many of something to show: a whole number from 1 on. */
    public static final class OfLimit implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int limit = new OfInteger().convert(text);
            if (limit < 1) {
                throw new TypeConversionException("'" + text + "' shows nothing: it is at least 1");
            }
            return limit;
        }
    }

    /** A whole number. */
    public static final class OfInteger implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            try {
                return Math.toIntExact(new OfLong().convert(text));
            } catch (ArithmeticException e) {
                throw new TypeConversionException("'" + text + "' is too large");
            }
        }
    }

    /** A whole number, of any size that fits. */
    public static final class OfLong implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("-?\\d{1,18}");

        @Override
        public Long convert(String text) {
            if (!FORM.matcher(text.strip()).matches()) {
                throw new TypeConversionException("'" + text + "' is not a whole number");
            }
            return Long.valueOf(text.strip());
        }
    }

    /** A UID (PS3.5 9.1), or the beginning of one. */
    public static final class OfUid implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!Uid.isValid(text.strip())) {
                throw new TypeConversionException("'" + text + "' is not a UID: that is digits and dots, at most 64. An"
                        + " accession number goes with --accession");
            }
            return text.strip();
        }
    }

    /** The IP address of a sender. Names are not looked up. */
    public static final class OfIpAddress implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (IpAddress.ofPeer(text.strip()).isEmpty()) {
                throw new TypeConversionException("'" + text + "' is not an address such as 10.1.2.3 or fd00::1");
            }
            return text.strip();
        }
    }

    /** An address of a server, with its scheme: http or https. */
    public static final class OfAddress implements ITypeConverter<URI> {
        private static final Set<String> SCHEMES = Set.of("http", "https");
        private static final int MAX_PORT = 65535;

        @Override
        public URI convert(String text) {
            try {
                URI address = new URI(text.strip());
                if (address.getScheme() != null
                        && SCHEMES.contains(address.getScheme().toLowerCase(Locale.ROOT))
                        && address.getHost() != null
                        && address.getPort() != 0
                        && address.getPort() <= MAX_PORT) {
                    return address;
                }
            } catch (URISyntaxException e) {
                // reported below
            }
            throw new TypeConversionException("'" + text + "' is not an address such as http://archive:8042");
        }
    }

    /** A duration greater than zero: {@code 500 ms}, {@code 30s}, {@code 2 min}; a number alone is seconds. */
    public static final class OfDuration implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})\\s*(ms|s|m|min|h|d)?");

        @Override
        public Duration convert(String text) {
            Matcher form = FORM.matcher(text.strip());
            if (!form.matches() || Long.parseLong(form.group(1)) == 0) {
                throw new TypeConversionException(
                        "a duration is a number with ms, s, m, h or d, like 30s: '" + text + "'");
            }
            long number = Long.parseLong(form.group(1));
            return switch (Optional.ofNullable(form.group(2)).orElse("s")) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m", "min" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
    }

    /** A time before now: {@code 30m}, {@code 8h}, {@code 2d}; or a date and time, local when it has no offset. */
    public static final class OfInstant implements ITypeConverter<Instant> {
        private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
        private static final Pattern AGO = Pattern.compile("(\\d{1,6})\\s*(s|m|min|h|d)");

        @Override
        public Instant convert(String text) {
            Matcher ago = AGO.matcher(text.strip());
            if (ago.matches()) {
                return Instant.now().minus(Long.parseLong(ago.group(1)), unit(ago.group(2)));
            }
            try {
                String whole = DAY.matcher(text.strip()).matches() ? text.strip() + "T00:00" : text.strip();
                TemporalAccessor time =
                        DateTimeFormatter.ISO_DATE_TIME.parseBest(whole, OffsetDateTime::from, LocalDateTime::from);
                return time instanceof OffsetDateTime exact
                        ? exact.toInstant()
                        : LocalDateTime.from(time)
                                .atZone(ZoneId.systemDefault())
                                .toInstant();
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text
                        + "' is not a time: use 30m, 8h or 2d before now, or 2026-03-01T22:00 in local time");
            }
        }

        private static ChronoUnit unit(String letter) {
            return switch (letter) {
                case "s" -> ChronoUnit.SECONDS;
                case "m", "min" -> ChronoUnit.MINUTES;
                case "h" -> ChronoUnit.HOURS;
                default -> ChronoUnit.DAYS;
            };
        }
    }

    /** The size of an image: {@code 512x512}. */
    public static final class OfMatrix implements ITypeConverter<Matrix> {
        @Override
        public Matrix convert(String text) {
            try {
                return Matrix.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** A number of bytes in binary units: {@code 512KiB}, {@code 512 KB} or {@code 512k}. */
    public static final class OfSize implements ITypeConverter<Long> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(?:([KMG])(?:I?B)?|B)?");
        private static final String POWERS = "KMG";

        @Override
        public Long convert(String text) {
            Matcher form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
            if (!form.matches()) {
                throw new TypeConversionException(
                        "a size is a number with B, KiB, MiB or GiB, like 512KiB: '" + text + "'");
            }
            int power = form.group(2) == null ? 0 : 1 + POWERS.indexOf(form.group(2));
            return Long.parseLong(form.group(1)) << (10 * power);
        }
    }
}
