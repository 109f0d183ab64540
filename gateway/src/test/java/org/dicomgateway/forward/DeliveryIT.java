package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.DestinationSettings.BreakerSettings;
import org.dicomgateway.config.settings.DestinationSettings.RetrySettings;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.requestor.RequestorSettings;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.DestinationState;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.forward.lane.LaneView;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.spool.Settlement;
import org.dicomgateway.testkit.Destinations;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.dicomgateway.testkit.scp.StoreScp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lanes with the requestor that ships, against DCMTK's {@code storescp}. */
class DeliveryIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int INSTANCES = 60;

    @TempDir
    private Path directory;

    private final InstantSource clock = InstantSource.system();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(Requestor::of, outbox::explainsDuplicate, InstantSource.system()),
            ServerCheck.NONE,
            changed::add,
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    @AfterEach
    void ends() {
        assertThat(forwarder.stop(Duration.ofSeconds(20))).isTrue();
        assertThat(outbox.inHands()).isZero();
    }

    @Test
    void a_server_that_was_down_gets_everything_byte_for_byte_when_it_is_back() {
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            server.kill();
            List<byte[]> sent = add("server", INSTANCES);
            forwarder.start(List.of(destination("server", server.peer())), Map.of(), Map.of());
            awaitState("server", DestinationState.DOWN);
            assertThat(view("server").why()).contains("cannot connect").contains("SERVER@127.0.0.1");

            server.startAgain();

            await().atMost(LONG).until(() -> outbox.delivered().size() == INSTANCES);
            assertHolds(server, sent);
            assertThat(view("server").state()).isEqualTo(DestinationState.UP);
            assertNoAttemptWasCounted();
        }
    }

    @Test
    void a_server_that_is_killed_half_way_gets_the_rest_when_it_is_back() {
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            List<byte[]> sent = add("server", INSTANCES);
            forwarder.start(List.of(destination("server", server.peer())), Map.of(), Map.of());
            await().atMost(LONG).until(() -> outbox.delivered().size() > 5);
            server.kill();
            sent.addAll(add("server", 1));
            awaitState("server", DestinationState.DOWN);

            server.startAgain();

            await().atMost(LONG).until(() -> outbox.delivered().size() == INSTANCES + 1);
            assertHolds(server, sent);
        }
    }

    @Test
    void a_server_that_hangs_holds_up_nobody_else_and_catches_up() {
        try (StoreScp hanging = StoreScp.start(directory, "HANGING");
                StoreScp well = StoreScp.start(directory, "WELL")) {
            hanging.freeze();
            add("hanging", INSTANCES);
            add("well", INSTANCES);

            forwarder.start(
                    List.of(destination("hanging", hanging.peer()), destination("well", well.peer())),
                    Map.of(),
                    Map.of());

            await().atMost(LONG).until(() -> view("well").delivered() == INSTANCES);
            awaitState("hanging", DestinationState.DOWN);
            assertThat(view("hanging").delivered()).isZero();
            hanging.thaw();
            await().atMost(LONG).until(() -> view("hanging").delivered() == INSTANCES);
            assertNoAttemptWasCounted();
        }
    }

    @Test
    void a_server_that_rejects_every_association_burns_no_attempt() {
        try (StoreScp server = StoreScp.start(directory, "SERVER", "--refuse")) {
            add("server", 3);

            forwarder.start(List.of(destination("server", server.peer())), Map.of(), Map.of());

            awaitState("server", DestinationState.DOWN);
            assertThat(view("server").why()).contains("rejected");
            await().atMost(LONG).until(() -> view("server").consecutiveFailures() >= 5);
            assertNoAttemptWasCounted();
            assertThat(outbox.pending()).isEqualTo(3);
        }
    }

    @Test
    void a_server_that_aborts_every_store_is_shown_as_a_configuration_problem() {
        try (StoreScp server = StoreScp.start(directory, "SERVER", "--abort-during")) {
            add("server", 3);

            forwarder.start(List.of(destination("server", server.peer())), Map.of(), Map.of());

            awaitState("server", DestinationState.DOWN);
            assertThat(view("server").why()).contains("lets our AE title GATEWAY store");
            assertNoAttemptWasCounted();
        }
    }

    @Test
    void a_server_that_hangs_is_down_long_before_its_timeouts_and_what_is_unclaimed_is_left_for_others() {
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            DestinationSettings patient = patient("server", server.peer());
            forwarder.start(List.of(patient), Map.of(), Map.of());
            add("server", INSTANCES);
            await().atMost(LONG).until(() -> outbox.delivered().size() == INSTANCES);
            changed.clear();
            server.freeze();
            add("server", INSTANCES);

            await().atMost(Duration.ofSeconds(30)).until(() -> view("server").state() == DestinationState.DOWN);

            await().atMost(LONG)
                    .untilAsserted(() ->
                            assertThat(changed).as("it was silent, then down").containsExactly("server", "server"));
            assertThat(view("server").why()).contains("it hangs");
            assertThat(outbox.inHands()).isLessThanOrEqualTo(patient.maxAssociations());
            server.thaw();
            await().atMost(LONG).until(() -> outbox.delivered().size() == 2 * INSTANCES);
            await().atMost(LONG).until(() -> view("server").usable());
            assertNoAttemptWasCounted();
        }
    }

    @Test
    void a_server_that_is_paused_gets_nothing_until_it_is_resumed() {
        try (StoreScp server = StoreScp.start(directory, "SERVER")) {
            forwarder.start(List.of(destination("server", server.peer())), Map.of(), Map.of("server", "new disks"));
            List<byte[]> sent = add("server", INSTANCES);
            await().during(Duration.ofSeconds(1)).until(() -> outbox.delivered().isEmpty());
            assertThat(view("server").state()).isEqualTo(DestinationState.PAUSED);

            forwarder.resume("server");

            await().atMost(LONG).until(() -> outbox.delivered().size() == INSTANCES);
            assertHolds(server, sent);
        }
    }

    private void assertNoAttemptWasCounted() {
        assertThat(outbox.settled())
                .noneMatch(each -> each.settlement() instanceof Settlement.Parked
                        || (each.settlement() instanceof Settlement.Retry retry && retry.counted()));
    }

    private LaneView view(String name) {
        return forwarder.views().stream()
                .filter(view -> view.destination().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void awaitState(String name, DestinationState state) {
        await().atMost(LONG).until(() -> view(name).state() == state);
    }

    /** Plans instances for a destination; returns the dataset of each. */
    private List<byte[]> add(String destination, int count) {
        List<byte[]> datasets = new ArrayList<>();
        TestFiles files = new TestFiles(directory.resolve("files"), System.nanoTime());
        List<Instance> instances = new ArrayList<>();
        for (TestFile file : files.study(1, count, 4096)) {
            byte[] dataset = Part10.dataset(file.path());
            Instance instance = new Instance(
                    outbox.nextInstance(),
                    file.sopClass(),
                    file.sopInstance(),
                    Part10.read(file.path()).transferSyntax(),
                    file.study().value(),
                    file.series().value(),
                    "",
                    "",
                    "CT",
                    new Origin(AeTitle.of("MODALITY"), AeTitle.of("GATEWAY"), "127.0.0.1"),
                    clock.instant(),
                    dataset.length);
            outbox.content(instance, dataset);
            instances.add(instance);
            datasets.add(dataset);
        }
        outbox.add(destination, instances.toArray(Instance[]::new));
        return datasets;
    }

    /** A receiver that is killed may leave half a file behind as well. */
    static void assertHolds(StoreScp server, Collection<byte[]> datasets) {
        List<byte[]> files = server.files().stream().map(DeliveryIT::read).toList();
        assertThat(datasets).allMatch(dataset -> files.stream().anyMatch(file -> endsWith(file, dataset)));
    }

    private static boolean endsWith(byte[] file, byte[] dataset) {
        int start = file.length - dataset.length;
        return start > 0 && Arrays.equals(file, start, file.length, dataset, 0, dataset.length);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the timeouts that ship. */
    private static DestinationSettings patient(String name, Peer peer) {
        Duration minute = Duration.ofSeconds(60);
        Duration call = Duration.ofSeconds(20);
        return destination(name, peer, new RequestorSettings(call, call, minute, minute, call, 16384));
    }

    static DestinationSettings destination(String name, Peer peer) {
        Duration timeout = Duration.ofSeconds(2);
        return destination(name, peer, new RequestorSettings(timeout, timeout, timeout, timeout, timeout, 16384));
    }

    private static DestinationSettings destination(String name, Peer peer, RequestorSettings requestor) {
        return Destinations.of(
                name,
                peer,
                Optional.of(AeTitle.of("GATEWAY")),
                2,
                1,
                requestor,
                Duration.ofMillis(200),
                20,
                new RetrySettings(Duration.ofMillis(200), Duration.ofSeconds(1), 4),
                new BreakerSettings(3, Duration.ofMillis(200), Duration.ofSeconds(1)),
                Duration.ofSeconds(5));
    }
}
