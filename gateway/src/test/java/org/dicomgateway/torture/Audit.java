package org.dicomgateway.torture;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dicomgateway.dicom.rewrite.DatasetRecoder;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import tools.jackson.databind.JsonNode;

/** Holds what is there against what must be there. What it returns is what is wrong, in words. */
final class Audit {

    private static final Pattern DELIVERED =
            Pattern.compile(" event=delivered sop=(\\S+) .* bytes=(\\d+) .* destination=(\\S+) ");

    private Audit() {}

    /**
     * Asks every server for every instance that was answered with success: is it there, the same byte for byte as the
     * last version that was answered with success, or one that was offered after it?
     */
    static List<String> servers(World world, List<Sent> sent) {
        List<String> wrong = new ArrayList<>();
        for (List<Sent> versions : byInstance(sent).values()) {
            Optional<Sent> last = versions.stream().filter(Sent::answered).max(Comparator.comparingInt(Sent::version));
            if (last.isEmpty()) {
                continue;
            }
            long copies = world.servers().stream()
                    .filter(server -> holds(server, last.get(), versions, wrong))
                    .count();
            long wanted = world.copies(last.get());
            if (copies < wanted) {
                wrong.add("lost: " + last.get().id() + " is on " + copies + " servers of " + wanted);
            }
        }
        return wrong;
    }

    private static Map<String, List<Sent>> byInstance(List<Sent> sent) {
        return sent.stream().collect(Collectors.groupingBy(Sent::sopInstance));
    }

    private static boolean holds(OrthancServer server, Sent last, List<Sent> versions, List<String> wrong) {
        try {
            if (!server.rest().holds(last.id())) {
                return false;
            }
            String found = Sent.digest(asSent(server.file(last.id())));
            Optional<Sent> version = versions.stream()
                    .filter(each -> each.digest().equals(found))
                    .findAny();
            if (version.isEmpty()) {
                wrong.add("damaged: " + last.id() + " on " + server.peer());
            } else if (version.get().version() < last.version()) {
                wrong.add("old: " + last.id() + " on " + server.peer() + " is version "
                        + version.get().version() + ", and " + last.version() + " was answered with success");
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server holds; what it got in implicit VR is brought back to explicit VR, in which everything is sent. */
    static byte[] asSent(byte[] file) throws IOException {
        byte[] dataset = Part10.dataset(file);
        TransferSyntax syntax = org.dicomgateway.dicom.dataset.Part10.read(new ByteArrayInputStream(file))
                .transferSyntax();
        if (!syntax.equals(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)) {
            return dataset;
        }
        ByteArrayOutputStream explicit = new ByteArrayOutputStream();
        DatasetRecoder.recode(
                new ByteArrayInputStream(dataset),
                syntax,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                Optional.empty(),
                explicit);
        return explicit.toByteArray();
    }

    /** By the forward log: no server took an older version of an instance after a newer one. */
    static List<String> order(List<String> forwardLog, List<Sent> sent) {
        Map<String, List<Sent>> instances = byInstance(sent);
        Map<String, Sent> newest = new HashMap<>();
        List<String> wrong = new ArrayList<>();
        for (String line : forwardLog) {
            Matcher delivered = DELIVERED.matcher(line);
            if (!delivered.find()) {
                continue;
            }
            long bytes = Long.parseLong(delivered.group(2));
            String where = delivered.group(1) + " at " + delivered.group(3);
            for (Sent version : instances.getOrDefault(delivered.group(1), List.of())) {
                if (version.bytes() == bytes) {
                    Sent before = newest.merge(
                            where, version, (one, other) -> one.version() >= other.version() ? one : other);
                    if (before.version() > version.version()) {
                        wrong.add("out of order: " + where + " got version " + version.version() + " after "
                                + before.version() + story(forwardLog, delivered.group(1)));
                    }
                }
            }
        }
        return wrong;
    }

    private static String story(List<String> forwardLog, String sopInstance) {
        return forwardLog.stream()
                .filter(line -> line.contains(sopInstance + " "))
                .collect(Collectors.joining("\n    ", "\n    ", ""));
    }

    /**
     * Received = delivered + pending + parked + held + superseded, for each destination of {@code gateway status
     * --json}.
     */
    static List<String> books(JsonNode status) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode destination : status.at("/destinations")) {
            JsonNode books = destination.at("/books");
            long accounted = Stream.of("delivered", "pending", "parked", "held", "superseded")
                    .mapToLong(kind -> books.required(kind).asLong())
                    .sum();
            if (books.required("received").asLong() != accounted) {
                wrong.add("books of " + destination.at("/name").asString() + ": " + books);
            }
        }
        return wrong;
    }

    /** Of all deliveries, those of a kind. */
    static long count(JsonNode status, String kind) {
        return status.at("/destinations")
                .valueStream()
                .mapToLong(destination -> destination.at("/books/" + kind).asLong(0))
                .sum();
    }

    /** How many deliveries of each SOP instance are parked, by {@code gateway parked --json}. */
    static Map<String, Long> parked(JsonNode found) {
        return found.valueStream()
                .collect(Collectors.groupingBy(
                        delivery -> delivery.at("/sopInstanceUid").asString("?"), Collectors.counting()));
    }

    /** What no server can take, and was answered with success, is parked for each of them. */
    static List<String> poison(Map<String, Long> parked, Set<String> answered, int servers) {
        return answered.stream()
                .filter(instance -> parked.getOrDefault(instance, 0L) != servers)
                .map(instance -> "poison: " + instance + " is parked for " + parked.getOrDefault(instance, 0L)
                        + " servers of " + servers)
                .toList();
    }

    /** Destinations that are shown down. */
    static Set<String> down(JsonNode status) {
        return status.at("/destinations")
                .valueStream()
                .filter(destination ->
                        destination.at("/health/state").asString("?").equals("down"))
                .map(destination -> destination.at("/name").asString("?"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The spool of a gateway that has ended: what lies in it against the rows of its ledger. */
    static List<String> spool(Path spool) {
        List<String> wrong = new ArrayList<>();
        try (Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + spool.resolve("ledger.db"));
                Statement statement = ledger.createStatement()) {
            Set<String> damage = column(statement, "PRAGMA integrity_check");
            if (!damage.equals(Set.of("ok"))) {
                wrong.add("ledger: " + damage);
            }
            Set<String> files = column(statement, "SELECT id FROM instance WHERE file = 1");
            Set<String> segments =
                    column(statement, "SELECT DISTINCT segment FROM instance WHERE finished_at IS NULL AND file = 0");
            Set<String> lying = new TreeSet<>();
            for (String folder : List.of("large", "held")) {
                for (String name : names(spool.resolve(folder))) {
                    lying.add(name.replace(".dcm", ""));
                }
            }
            for (String file : lying) {
                if (!files.contains(file)) {
                    wrong.add("file " + file + " is in no row of the ledger");
                }
            }
            for (String file : column(statement, "SELECT id FROM instance WHERE file = 1 AND finished_at IS NULL")) {
                if (!lying.contains(file)) {
                    wrong.add("the file of instance " + file + " is not there");
                }
            }
            Set<String> log = new TreeSet<>(names(spool.resolve("log")));
            for (String segment : segments) {
                if (!log.contains(String.format("%016d.seg", Long.parseLong(segment)))) {
                    wrong.add("segment " + segment + " is not there");
                }
            }
            Set<String> mismatches = column(statement, """
                    SELECT books.destination FROM books WHERE
                      pending <> (SELECT count(*) FROM delivery WHERE state = 0 AND destination = books.destination) OR
                      parked <> (SELECT count(*) FROM delivery WHERE state = 2 AND destination = books.destination) OR
                      delivered - forgotten <>
                        (SELECT count(*) FROM delivery WHERE state = 1 AND destination = books.destination) OR
                      received <> delivered + pending + parked + superseded
                    """);
            if (!mismatches.isEmpty()) {
                wrong.add("books do not agree with their rows: " + mismatches);
            }
        } catch (SQLException e) {
            wrong.add("ledger: " + e.getMessage());
        }
        return wrong;
    }

    private static Set<String> column(Statement statement, String sql) throws SQLException {
        Set<String> values = new TreeSet<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
