package org.dicomgateway.commit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.dicomgateway.dicom.commitment.SopReference;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Uid;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request of storage commitment as text: a checksum of the rest (CRC32C), the header as JSON, and one line for each
 * instance. docs/spool-format.md describes it.
 *
 * @param references the instances; empty when the request has an outcome
 */
record RequestRecord(Header header, List<SopReference> references) {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int VERSION = 1;

    /** Copies the list. */
    RequestRecord {
        references = List.copyOf(references);
    }

    /**
     * What is known of a request without its instances.
     *
     * @param sender the sender's name in the configuration
     * @param transaction Transaction UID
     * @param called the AE title that the sender called, with which it gets its report
     * @param receivedAt when the request came
     * @param count how many instances it names
     * @param digest of its instances, so that a repeated request can be recognized
     * @param outcome how it ended; empty while it is open
     */
    record Header(
            int version,
            String sender,
            String transaction,
            String called,
            Instant receivedAt,
            int count,
            String digest,
            Optional<Outcome> outcome) {

        /** A new request. */
        static Header of(
                String sender, Uid transaction, String called, Instant receivedAt, List<SopReference> references) {
            return new Header(
                    VERSION,
                    sender,
                    transaction.value(),
                    called,
                    receivedAt,
                    references.size(),
                    digestOf(references),
                    Optional.empty());
        }

        /** The same request, which ended. */
        Header ended(Outcome how) {
            return new Header(version, sender, transaction, called, receivedAt, count, digest, Optional.of(how));
        }
    }

    /** How a request ended. */
    enum End {
        /** The sender knows that all is committed. */
        SUCCESSFUL,
        /** The sender knows that failures exist. */
        FAILED,
        /** The sender could not be told. */
        GIVEN_UP
    }

    /**
     * The end of a request.
     *
     * @param failed how many instances were reported as failed
     * @param note for operators: an example of a failure, or why the sender could not be told; may be empty
     */
    record Outcome(End end, int failed, Instant at, String note) {}

    /** The same for the same instances, in whatever order. */
    static String digestOf(List<SopReference> references) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            references.stream()
                    .sorted()
                    .forEach(each -> digest.update(line(each).getBytes(UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String line(SopReference reference) {
        return reference.sopClass() + " " + reference.sopInstance() + "\n";
    }

    /** The text of this record. */
    String toText() {
        StringBuilder body = new StringBuilder(JSON.writeValueAsString(header)).append('\n');
        references.forEach(each -> body.append(line(each)));
        return checksum(body.toString()) + "\n" + body;
    }

    /**
     * Reads a record.
     *
     * @throws IOException when the text is damaged, or of a newer version
     */
    static RequestRecord of(String text) throws IOException {
        int end = text.indexOf('\n');
        if (end < 0 || !text.substring(0, end).equals(checksum(text.substring(end + 1)))) {
            throw new IOException("its checksum is wrong");
        }
        List<String> lines = text.substring(end + 1).lines().toList();
        try {
            Header header = JSON.readValue(lines.get(0), Header.class);
            if (header.version != VERSION) {
                throw new IOException("it has version " + header.version + ", this gateway knows " + VERSION);
            }
            Uid.of(header.transaction);
            AeTitle.of(header.called);
            List<SopReference> references = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                int space = line.indexOf(' ');
                references.add(new SopReference(Uid.of(line.substring(0, space)), Uid.of(line.substring(space + 1))));
            }
            return new RequestRecord(header, references);
        } catch (JacksonException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("it does not fit this version", e);
        }
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
