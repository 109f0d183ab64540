package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.dicomgateway.config.settings.DataSize;
import org.dicomgateway.config.settings.SpoolSettings;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.observe.StageTimes;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Intake;
import org.dicomgateway.spool.Plan;
import org.dicomgateway.spool.Plan.PlannedDelivery;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.SpoolView;
import org.dicomgateway.spool.engine.Spool;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool and the lanes that ship, together, against DCMTK's {@code storescp}. */
class SpoolDeliveryIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String NAME = "server";
    private static final int INSTANCES = 200;

    @TempDir
    private Path directory;

    private final InstantSource clock = InstantSource.system();

    @Test
    void what_waits_for_a_server_that_is_down_outlives_a_restart_and_arrives_when_it_is_back() throws Exception {
        List<byte[]> sent = new ArrayList<>();
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            try (Spool spool = openSpool();
                    Forwarder forwarder = forwarder(spool, server)) {
                sent.addAll(receive(spool, INSTANCES));
                await().atMost(LONG).until(() -> books(spool).delivered() == INSTANCES);

                server.kill();
                sent.addAll(receive(spool, INSTANCES));
                await().atMost(LONG).until(() -> view(forwarder).state() == DestinationState.DOWN);
                assertThat(books(spool).delivered()).isEqualTo(INSTANCES);
                assertThat(forwarder.stop(Duration.ofSeconds(20))).isTrue();
            }

            try (Spool spool = openSpool();
                    Forwarder forwarder = forwarder(spool, server)) {
                await().atMost(LONG).until(() -> view(forwarder).state() == DestinationState.DOWN);
                server.startAgain();

                await().atMost(LONG).until(() -> books(spool).delivered() == 2 * INSTANCES);

                assertThat(books(spool).balanced()).isTrue();
                assertThat(books(spool).parked()).isZero();
                DeliveryIT.assertHolds(server, sent);
            }
        }
    }

    private Forwarder forwarder(Spool spool, StoreScp server) {
        spool.destinationsChanged(Set.of(NAME));
        Forwarder forwarder = new Forwarder(
                spool,
                Fixtures.TRANSCODER,
                new ForwardLog(),
                AssociationConnector.by(Requestor::of, spool::explainsDuplicate, InstantSource.system()),
                ServerCheck.NONE,
                destination -> {},
                SharedPlaces.ALONE,
                clock,
                new SplittableRandom(1));
        forwarder.start(List.of(DeliveryIT.destination(NAME, server.peer())), Map.of(), Map.of());
        return forwarder;
    }

    private Spool openSpool() throws Exception {
        SpoolSettings settings = new SpoolSettings(
                directory.resolve("spool"),
                DataSize.ofMebibytes(4),
                new DataSize(0),
                DataSize.ofMebibytes(1),
                DataSize.ofMebibytes(4),
                DataSize.ofMebibytes(1),
                Duration.ofDays(1),
                Duration.ofDays(1),
                SpoolSettings.Keep.NOTHING);
        Plan plan = new Plan(1, List.of(new PlannedDelivery("all", 1, List.of(NAME), 0, false)));
        return Spool.open(
                settings,
                (header, origin) -> plan,
                new NothingToChoose(),
                clock,
                Replica.NONE,
                new ForwardLog(),
                StageTimes.NONE);
    }

    private static final class NothingToChoose implements Chooser {

        @Override
        public String affinityKey(String route, Instance instance) {
            return "";
        }

        @Override
        public Optional<String> choose(Choice choice) {
            throw new AssertionError("every delivery has one candidate");
        }
    }

    private List<byte[]> receive(Spool spool, int count) throws Exception {
        List<byte[]> datasets = new ArrayList<>();
        Origin origin = new Origin(AeTitle.of("MODALITY"), AeTitle.of("GATEWAY"), "127.0.0.1");
        TestFiles files = new TestFiles(directory.resolve("files"), System.nanoTime());
        for (TestFile file : files.study(1, count, 4096)) {
            byte[] dataset = Part10.dataset(file.path());
            spool.accept(
                    new Intake.Arrival(
                            file.sopClass(),
                            file.sopInstance(),
                            Part10.read(file.path()).transferSyntax(),
                            origin),
                    new ByteArrayInputStream(dataset));
            datasets.add(dataset);
        }
        return datasets;
    }

    private static SpoolView.Books books(Spool spool) {
        return spool.books().getOrDefault(NAME, new SpoolView.Books(0, 0, 0, 0, 0, 0, 0));
    }

    private static LaneView view(Forwarder forwarder) {
        return forwarder.views().get(0);
    }
}
