package org.dicomgateway.app.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.acceptor.Acceptor;
import org.dicomgateway.dicom.values.Admission;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.CStoreScp.CStoreRequest;
import org.dicomgateway.dicom.values.CStoreScp.CStoreResponse;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Acceptors;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FaultProxy;
import org.dicomgateway.testkit.FreePorts;
import org.dicomgateway.testkit.GatewayProcess;
import org.dicomgateway.testkit.Part10;
import org.dicomgateway.testkit.TestFiles;
import org.dicomgateway.testkit.TestFiles.TestFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway is killed (SIGKILL) over and over while several instances are under way on one association, over a line
 * on which answers are late. Nothing is lost, what was not answered is sent again, and little else.
 */
class PipelineKillIT {

    private static final int ROUNDS = Integer.getInteger("kill.rounds", 5);
    private static final int WINDOW = 16;
    private static final int INSTANCES = 40;
    private static final long ANSWER_AFTER_MILLIS = 30;

    @TempDir
    private Path directory;

    private final Map<String, byte[]> arrived = new ConcurrentHashMap<>();
    private final AtomicInteger stores = new AtomicInteger();

    @Test
    void killed_with_several_under_way_it_sends_again_what_was_not_answered_and_loses_nothing() throws Exception {
        TestFiles files = new TestFiles(directory.resolve("files"), 17);
        List<TestFile> sent = new ArrayList<>();
        Peer peer = new Peer(AeTitle.of("ARCHIVE"), "127.0.0.1", FreePorts.next());
        int most = 0;
        try (Acceptor archive = Acceptors.of(Acceptors.at(peer), request -> Admission.UNLIMITED, this::keep);
                FaultProxy line = FaultProxy.before(peer);
                GatewayProcess gateway = new GatewayProcess(directory.resolve("gateway"))) {
            archive.start();
            line.delayAnswers(ANSWER_AFTER_MILLIS);
            gateway.routing(GatewayProcess.destinations(line.peer()) + """
                    destination-defaults { pipeline = %d, max-associations = 1 }
                    routes = [ { name = all, to = archive } ]
                    """.formatted(WINDOW));
            for (int round = 0; round < ROUNDS; round++) {
                gateway.start();
                List<TestFile> study = files.study(1, INSTANCES, 10 * 1024);
                Dcmtk.storescu(
                                gateway.peer(),
                                AeTitle.of("MODALITY"),
                                study.stream().map(TestFile::path).toList())
                        .orFail();
                sent.addAll(study);
                int enough = stores.get() + INSTANCES / 3;
                await().atMost(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> stores.get() >= enough || arrived.size() == sent.size());
                gateway.kill();
                most = Math.max(most, stores.get() - (int) gateway.count("delivered"));
            }
            gateway.start();
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(gateway.count("delivered")).isGreaterThanOrEqualTo(sent.size()));

            assertThat(most).as("under way at a kill").isGreaterThan(2);
            for (TestFile file : sent) {
                assertThat(arrived.get(file.sopInstance().value())).isEqualTo(Part10.dataset(file.path()));
            }
            // What was under way, and what was answered and not yet in the ledger.
            assertThat(stores.get() - sent.size()).isBetween(0, ROUNDS * (WINDOW + INSTANCES / 2));
            assertThat(gateway.count("parked")).isZero();
            assertThat(gateway.terminate(Duration.ofSeconds(60))).isZero();
        }
    }

    private CStoreResponse keep(CStoreRequest request) throws IOException {
        byte[] dataset = request.dataset().readAllBytes();
        arrived.put(request.sopInstance().value(), dataset);
        stores.incrementAndGet();
        return CStoreResponse.SUCCESS;
    }
}
