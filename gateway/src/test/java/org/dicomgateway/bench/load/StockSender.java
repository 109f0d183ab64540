package org.dicomgateway.bench.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.Child;

/** DCMTK's {@code storescu} as it comes, one process and one association for each sender. */
public final class StockSender {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private StockSender() {}

    /**
     * Sends all files, each sender its own.
     *
     * @return seconds from the first start to the last end
     */
    public static double send(Path log, Peer to, BenchFiles files) {
        return send(log, to, files, Integer.MAX_VALUE, List.of());
    }

    /** Sends so many files of each sender at most. */
    public static double send(Path log, Peer to, BenchFiles files, int most) {
        return send(log, to, files, most, List.of());
    }

    /** Sends all files, with more options of {@code storescu}. */
    public static double send(Path log, Peer to, BenchFiles files, List<String> options) {
        return send(log, to, files, Integer.MAX_VALUE, options);
    }

    private static double send(Path log, Peer to, BenchFiles files, int most, List<String> options) {
        long begin = System.nanoTime();
        List<Child> senders = new ArrayList<>();
        for (List<Path> own : files.bySender()) {
            List<String> command = new ArrayList<>(List.of("storescu"));
            command.addAll(options);
            command.addAll(List.of(
                    "-to",
                    "30",
                    "-ta",
                    "60",
                    "-td",
                    "60",
                    "-aet",
                    "GATEWAY",
                    "-aec",
                    to.aeTitle().value(),
                    to.host(),
                    Integer.toString(to.port())));
            own.stream().limit(most).map(Path::toString).forEach(command::add);
            senders.add(Child.start(log, Map.of(), command));
        }
        for (Child sender : senders) {
            int code = sender.await(LIMIT);
            if (code != 0) {
                throw new IllegalStateException("storescu to " + to + " exited with " + code + ":\n" + sender.output());
            }
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
