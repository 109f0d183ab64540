package org.dicomgateway.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.dicomgateway.forward.Fixtures.destination;
import static org.dicomgateway.forward.Fixtures.instance;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.forward.association.AssociationConnector;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.lane.Forwarder;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.spool.Instance;
import org.dicomgateway.testkit.Elements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a destination with transforms is sent is made and noted ahead, and never sent before its note is durable. */
class InstancesAheadTest {

    private static final String NAME = "research";
    private static final int ALL = 40;

    private final HandClock clock = new HandClock();
    private final FakeOutbox outbox = new FakeOutbox(clock);
    private final FakeServer server = new FakeServer();
    private final Forwarder forwarder = new Forwarder(
            outbox,
            Fixtures.TRANSCODER,
            new ForwardLog(),
            AssociationConnector.by(settings -> server, outbox::explainsDuplicate, clock),
            ServerCheck.NONE,
            name -> {},
            SharedPlaces.ALONE,
            clock,
            new SplittableRandom(1));

    private static DestinationSettings research(String title) {
        return Fixtures.withTransforms(
                destination(NAME, 1, 100),
                new TransformSettings(
                        "tidy",
                        new Condition.AllOf(List.of()),
                        List.of(new RuleSettings.Set(0x00081030, title)),
                        false,
                        Optional.empty()));
    }

    private static Uid sop(int number) {
        return instance(number).sopInstance();
    }

    @BeforeEach
    void instances() {
        Instance[] all =
                IntStream.rangeClosed(1, ALL).mapToObj(Fixtures::instance).toArray(Instance[]::new);
        for (Instance each : all) {
            outbox.content(
                    each,
                    new Elements()
                            .text(0x0008, 0x0016, "UI", Fixtures.CT)
                            .text(0x0008, 0x0018, "UI", each.sopInstance().value())
                            .toDataset());
        }
        outbox.add(NAME, all);
    }

    @AfterEach
    void ends_in_order() {
        server.letGo();
        forwarder.close();
        assertThat(outbox.inHands()).isZero();
    }

    @Test
    void many_are_noted_together_and_all_are_sent() {
        forwarder.start(List.of(research("a")), Map.of(), Map.of());
        await().until(() -> outbox.delivered().size() == ALL);
        assertThat(outbox.notedTogether().stream().mapToInt(each -> each).sum()).isEqualTo(ALL);
        assertThat(outbox.notedTogether()).hasSizeLessThan(ALL / 4);
    }

    @Test
    void nothing_is_sent_before_its_note_is_durable() {
        CountDownLatch disk = new CountDownLatch(1);
        outbox.slowDisk(disk);
        forwarder.start(List.of(research("a")), Map.of(), Map.of());
        await().until(() -> !outbox.noted().isEmpty());
        await().during(Duration.ofMillis(200))
                .until(() -> server.storeAssociations().size() == 1
                        && server.received().isEmpty());
        disk.countDown();
        await().until(() -> outbox.delivered().size() == ALL);
    }

    @Test
    void what_was_made_ahead_and_not_sent_leaves_no_note_and_goes_by_the_rules_as_they_are_then() {
        server.hangOn(sop(3)::equals);
        forwarder.start(List.of(research("a")), Map.of(), Map.of());
        await().until(() -> outbox.noted().size() > 4);
        forwarder.pause(NAME, "for a test");
        await().until(() -> outbox.inHands() == 1);
        assertThat(outbox.noted()).isEqualTo(Set.of(sop(1), sop(2), sop(3)));
        server.letGo();
        forwarder.update(List.of(research("b")), Map.of());
        forwarder.resume(NAME);
        await().until(() -> outbox.delivered().size() == ALL);
    }
}
