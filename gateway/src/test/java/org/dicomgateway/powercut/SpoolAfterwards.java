package org.dicomgateway.powercut;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Claim;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles.TestFile;

/** What the spool that ships makes of a folder that a power cut has left. */
final class SpoolAfterwards {

    private static final String LATE = "late";

    private final Recording recording;

    SpoolAfterwards(Recording recording) {
        this.recording = recording;
    }

    /**
     * Opens it: everything is there that is owed, all that it would deliver can be read, and the books balance. Its
     * ledger is complete and goes on to be used, unless it was being rebuilt.
     */
    void check(Path folder, Set<String> acknowledged, Set<String> delivered, boolean rebuilding) throws IOException {
        SpoolSettings settings = new SpoolSettings(
                folder,
                DataSize.ofMebibytes(1),
                new DataSize(0),
                DataSize.ofKibibytes(64),
                DataSize.ofMebibytes(4),
                DataSize.ofMebibytes(1),
                Duration.ofDays(30),
                Duration.ofDays(1),
                SpoolSettings.Keep.NOTHING);
        if (!rebuilding) {
            assertThat(isToBeRebuilt(folder)).as("the ledger is not complete").isFalse();
        }
        Set<String> ledgers = ledgers(folder);
        // So late that nothing waits for its next attempt any more.
        Instant now = Instant.now().plus(Duration.ofHours(2));
        try (Spool spool = Spool.open(
                settings,
                SpoolAfterwards::plan,
                new First(),
                () -> now,
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE)) {
            spool.destinationsChanged(Set.of(Recording.NEAR, Recording.FAR, LATE));
            spool.retry(SpoolView.Selection.ALL);
            Set<String> near = claimAll(spool, Recording.NEAR);
            Set<String> far = claimAll(spool, Recording.FAR);
            spool.replan((header, origin) -> new Plan(2, List.of(delivery(LATE))));
            Set<String> late = claimAll(spool, LATE);
            for (String uid : acknowledged) {
                String modality = modality(recording.file(uid));
                if (!modality.isEmpty() && !delivered.contains(uid)) {
                    assertThat(near).as("what the near one has not got yet").contains(uid);
                }
                if (modality.equals("MR")) {
                    assertThat(far).as("what waits for the far one").contains(uid);
                }
                if (modality.isEmpty()) {
                    assertThat(late).as("what no route wants").contains(uid);
                }
            }
            for (SpoolView.Books books : spool.books().values()) {
                assertThat(books.balanced()).as("%s", books).isTrue();
            }
        }
        if (!rebuilding) {
            assertThat(ledgers(folder))
                    .as("a power cut takes from the ledger only what the journal does not count on")
                    .isEqualTo(ledgers);
        }
    }

    /** There is no ledger, or half of one, looked at in a copy. */
    private static boolean isToBeRebuilt(Path folder) throws IOException {
        Path copy = Files.createTempDirectory(folder.getParent(), "ledger");
        for (String name : List.of("ledger.db", "ledger.db-wal")) {
            if (Files.exists(folder.resolve(name))) {
                Files.copy(folder.resolve(name), copy.resolve(name));
            }
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve("ledger.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT syncs FROM position")) {
            return row.getLong(1) == 0;
        } catch (SQLException e) {
            return true;
        } finally {
            PowerCutIT.remove(copy);
        }
    }

    /** Set aside. */
    private static Set<String> ledgers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.contains(".corrupt-"))
                    .collect(toSet());
        }
    }

    private static String modality(TestFile file) {
        return Recording.isForFar(file) ? "MR" : Recording.isForNear(file) ? "CT" : "";
    }

    private Set<String> claimAll(Spool spool, String destination) throws IOException {
        Set<String> found = new HashSet<>();
        for (List<Claim> claims = spool.claim(destination, 1_000);
                !claims.isEmpty();
                claims = spool.claim(destination, 1_000)) {
            for (Claim claim : claims) {
                String uid = claim.instance().sopInstance().value();
                byte[] original = Part10.dataset(recording.file(uid).path());
                try (InputStream dataset = spool.open(claim)) {
                    assertThat(dataset.readAllBytes()).as(uid).isEqualTo(original);
                }
                found.add(uid);
            }
        }
        return found;
    }

    /** As the recorded gateway's rules. */
    private static Plan plan(InstanceHeader header, Origin origin) {
        return new Plan(
                1,
                switch (header.modality()) {
                    case "CT" -> List.of(delivery(Recording.NEAR));
                    case "MR" -> List.of(delivery(Recording.NEAR), delivery(Recording.FAR));
                    default -> List.of();
                });
    }

    private static Plan.PlannedDelivery delivery(String destination) {
        return new Plan.PlannedDelivery(destination, 1, List.of(destination), 0, false);
    }

    /** Nothing here has a second candidate. */
    private static final class First implements Chooser {

        @Override
        public String affinityKey(String route, Instance instance) {
            return "";
        }

        @Override
        public Optional<String> choose(Choice choice) {
            return Optional.of(choice.candidates().get(0));
        }
    }
}
