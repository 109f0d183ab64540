package org.dicomgateway.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.testkit.TestFiles.TestFile;

/** DCMTK's {@code storescu} at work in the background, and what it saw answered with 0x0000. */
public final class Sender implements AutoCloseable {

    private static final Pattern SENDING = Pattern.compile("Sending file: (\\S+)");
    private static final Pattern ANSWERED = Pattern.compile("Received Store Response \\((.*)\\)");

    private final Child child;
    private final List<TestFile> files;

    private Sender(Child child, List<TestFile> files) {
        this.child = child;
        this.files = files;
    }

    /** Starts to send these on one association; {@code log} gets what it says. */
    public static Sender start(Path log, Peer to, String calling, List<TestFile> files) {
        return new Sender(
                Dcmtk.startStorescu(
                        log,
                        to,
                        AeTitle.of(calling),
                        files.stream().map(TestFile::path).toList()),
                files);
    }

    /** Waits until it has ended, in whatever way. */
    public void await(Duration limit) {
        child.await(limit);
    }

    /** Whether it is still sending. */
    public boolean isAlive() {
        return child.isAlive();
    }

    /** SIGKILL: the gateway sees its connection break. */
    public void kill() {
        child.kill();
    }

    /** Sends it a signal, by its name without SIG. */
    public void signal(String name) {
        child.signal(name);
    }

    /** The files whose sending was followed by a success, until now. */
    public List<TestFile> answered() {
        Map<String, TestFile> byPath =
                files.stream().collect(Collectors.toMap(file -> file.path().toString(), Function.identity()));
        List<TestFile> answered = new ArrayList<>();
        TestFile current = null;
        for (String line : child.output().lines().toList()) {
            Matcher sending = SENDING.matcher(line);
            Matcher response = ANSWERED.matcher(line);
            if (sending.find()) {
                current = byPath.get(sending.group(1));
            } else if (response.find() && response.group(1).contains("Success") && current != null) {
                answered.add(current);
                current = null;
            }
        }
        return answered;
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        child.close();
    }
}
