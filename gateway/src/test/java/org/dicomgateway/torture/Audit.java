package org.dicomgateway.torture;

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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.dicomgateway.testkit.OrthancServer;
import org.dicomgateway.testkit.Part10;
import tools.jackson.databind.JsonNode;

/** Holds what is there against what must be there. What it returns is what is wrong, in words. */
final class Audit {

    private Audit() {}

    /** Asks every server for every instance: is it there, and the same byte for byte? */
    static List<String> servers(List<OrthancServer> servers, List<Sent> sent) {
        List<String> wrong = new ArrayList<>();
        for (Sent each : sent) {
            int copies = 0;
            for (OrthancServer server : servers) {
                copies += copy(server, each, wrong);
            }
            int wanted = each.everywhere() ? servers.size() : 2;
            if (copies < wanted) {
                wrong.add("lost: " + each.id() + " is on " + copies + " servers of " + wanted);
            }
        }
        return wrong;
    }

    private static int copy(OrthancServer server, Sent sent, List<String> wrong) {
        try {
            if (!server.rest().holds(sent.id())) {
                return 0;
            }
            byte[] dataset = Part10.dataset(server.rest().file(sent.id()));
            if (!Sent.digest(dataset).equals(sent.digest())) {
                wrong.add("damaged: " + sent.id() + " on " + server.peer());
            }
            return 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Received = delivered + pending + parked + held + superseded, for each destination of {@code gateway status --json}. */
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
