package org.dicomgateway.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.dicomgateway.forward.outcome.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {

    private static final PresentationPair CT = pair("1.2.840.10008.5.1.4.1.1.2");

    @TempDir
    private Path folder;

    private final FakePeer peer = new FakePeer();
    private final AtomicLong bytes = new AtomicLong();
    private final SendTally tally = new SendTally(bytes::addAndGet);
    private final List<Duration> waits = new ArrayList<>();
    private Runnable onPause = () -> {};
    private Sender sender;

    @Test
    void a_file_is_sent_without_the_part_before_its_dataset() throws Exception {
        List<DicomFile> files = files(CT, 5);

        send(1, 0, files);

        assertThat(tally.stored()).isEqualTo(5);
        assertThat(tally.repeats()).isZero();
        assertThat(peer.proposals).as("one association").hasSize(1);
        assertThat(new String(peer.stored.get(files.get(3).sopInstance()), StandardCharsets.US_ASCII))
                .isEqualTo("dataset 3");
        assertThat(bytes).hasValue(5L * "dataset 3".length());
        assertThat(peer.open).as("released").isZero();
    }

    @Test
    void a_file_that_is_refused_for_now_is_sent_again_after_growing_pauses_and_not_for_ever() throws Exception {
        List<DicomFile> files = files(CT, 2);
        answer(files.get(0), 0xA700, 0x0110);
        answer(files.get(1), 0xA700, 0xA700, 0xA700, 0xA700);

        send(1, 2, files);

        assertThat(tally.stored()).isEqualTo(1);
        assertThat(tally.failures()).containsExactly(new Result(files.get(1), 0xA700, "0xA700 out of resources", 3));
        assertThat(tally.repeats()).isEqualTo(4);
        assertThat(waits).hasSize(2);
        assertThat(waits.get(0)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(waits.get(1)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(bytes).as("progress is not counted twice").hasValue(2L * "dataset 0".length());
    }

    @Test
    void a_pause_is_never_longer_than_its_limit_and_no_association_is_open_in_it() throws Exception {
        List<DicomFile> files = files(CT, 1);
        answer(files.get(0), 0xA700, 0xA700, 0xA700, 0xA700, 0xA700, 0xA700);
        onPause = () -> assertThat(peer.open).isZero();

        send(1, 6, files);

        assertThat(tally.stored()).isEqualTo(1);
        assertThat(waits).hasSize(6).allMatch(wait -> wait.compareTo(Duration.ofSeconds(4)) <= 0);
    }

    @Test
    void a_file_that_is_refused_for_good_is_not_sent_again() throws Exception {
        List<DicomFile> files = files(CT, 3);
        answer(files.get(0), 0xA900);
        answer(files.get(1), 0x0111);
        answer(files.get(2), 0xB000);

        send(1, 5, files);

        assertThat(tally.failures())
                .as("a duplicate is there already, and a warning is stored")
                .containsExactly(new Result(files.get(0), 0xA900, "0xA900 dataset does not match SOP class", 1));
        assertThat(tally.stored()).isEqualTo(2);
        assertThat(waits).isEmpty();
    }

    @Test
    void a_lost_association_is_opened_again_and_the_file_is_sent_after_the_others() throws Exception {
        List<DicomFile> files = files(CT, 3);
        answer(files.get(1), lost());

        send(1, 1, files);

        assertThat(tally.stored()).isEqualTo(3);
        assertThat(tally.repeats()).isEqualTo(1);
        assertThat(peer.order)
                .containsExactly(
                        files.get(0).sopInstance(),
                        files.get(2).sopInstance(),
                        files.get(1).sopInstance());
        assertThat(peer.proposals).hasSize(3);
        assertThat(waits).hasSize(1);
    }

    @Test
    void a_file_that_breaks_every_association_does_not_stop_the_others() throws Exception {
        List<DicomFile> files = files(CT, 4);
        answer(files.get(1), lost(), lost(), lost(), lost());

        send(1, 2, files);

        assertThat(tally.stored()).isEqualTo(3);
        assertThat(tally.failures()).containsExactly(new Result(files.get(1), Outcome.NO_STATUS, "connection lost", 3));
    }

    @Test
    void a_peer_that_stays_away_is_called_as_often_as_asked_and_then_all_is_given_up() throws Exception {
        for (int i = 0; i < 3; i++) {
            peer.rejections.add(new AssociationException(Cause.CONNECT, "connection refused", null));
        }

        send(1, 2, files(CT, 3));

        assertThat(tally.failures())
                .hasSize(3)
                .allMatch(result -> result.attempts() == 0)
                .allMatch(result -> result.reason().equals("given up: connection refused"));
        assertThat(waits).hasSize(2);
    }

    @Test
    void a_peer_that_comes_back_in_time_gets_everything() throws Exception {
        peer.rejections.add(new AssociationException(Cause.CONNECT, "connection refused", null));
        peer.rejections.add(new AssociationException(Cause.CONNECT, "connection refused", null));

        send(1, 2, files(CT, 3));

        assertThat(tally.stored()).isEqualTo(3);
    }

    @Test
    void a_permanent_rejection_ends_everything_at_once_and_names_the_title_to_check() throws Exception {
        peer.rejections.add(new AssociationException(Rejection.calledAeTitleNotRecognized("so"), "rejected 1/1/7"));

        send(1, 5, files(CT, 2));

        assertThat(tally.failures())
                .hasSize(2)
                .allMatch(result -> result.reason()
                        .startsWith("given up: rejected 1/1/7: it does not answer to the called AE title ARCHIVE"));
        assertThat(waits).isEmpty();
    }

    @Test
    void a_peer_with_room_for_fewer_associations_still_gets_everything() throws Exception {
        peer.room = 2;

        send(8, 0, files(CT, 200));

        assertThat(tally.stored()).isEqualTo(200);
        assertThat(peer.mostOpen).isLessThanOrEqualTo(2);
    }

    @Test
    void an_association_proposes_at_most_128_contexts_and_each_file_finds_its_own() throws Exception {
        List<DicomFile> files = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            files.add(file(pair("1.2.3." + i), i));
        }

        send(1, 0, files);

        assertThat(tally.stored()).isEqualTo(300);
        assertThat(peer.proposals).extracting(pairs -> pairs.size()).containsExactly(128, 128, 44);
    }

    @Test
    void a_file_without_a_context_fails_with_its_SOP_class_and_the_rest_is_sent() throws Exception {
        PresentationPair odd = pair("1.2.3");
        peer.unknown.add(odd);
        List<DicomFile> files = List.of(file(CT, 0), file(odd, 1), file(CT, 2));

        send(1, 5, files);

        assertThat(tally.stored()).isEqualTo(2);
        assertThat(tally.failures()).containsExactly(new Result(files.get(1), Outcome.NO_STATUS, odd.refusal(), 0));
    }

    @Test
    void a_file_that_is_missing_fails_and_the_rest_is_sent() throws Exception {
        List<DicomFile> files = files(CT, 3);
        Files.delete(files.get(1).path());

        send(1, 5, files);

        assertThat(tally.stored()).isEqualTo(2);
        assertThat(tally.failures().get(0).reason()).isEqualTo("cannot be read: no such file");
    }

    @Test
    void a_stop_leaves_the_rest_unsent_and_says_why() throws Exception {
        List<DicomFile> files = files(CT, 2);
        answer(files.get(0), 0xA700);
        answer(files.get(1), 0xA700);
        onPause = () -> sender.stop("stopped");

        send(1, 5, files);

        assertThat(tally.failures())
                .hasSize(2)
                .allMatch(result -> result.reason().equals("given up: stopped"));
    }

    private void send(int associations, int retries, List<DicomFile> files) throws InterruptedException {
        SendSettings settings = new SendSettings(
                new Peer(AeTitle.of("ARCHIVE"), "localhost", 104),
                AeTitle.of("SEND"),
                associations,
                retries,
                Duration.ofSeconds(1),
                Duration.ofSeconds(4));
        sender = new Sender(peer, settings, tally, new Random(1), pause -> {
            waits.add(pause);
            onPause.run();
        });
        sender.send(files);
    }

    private void answer(DicomFile file, Object... answers) {
        peer.answers.put(file.sopInstance(), new ArrayDeque<>(Arrays.asList(answers)));
    }

    private static AssociationException lost() {
        return new AssociationException(Cause.CONNECTION_LOST, "connection lost", null);
    }

    private List<DicomFile> files(PresentationPair pair, int count) throws IOException {
        List<DicomFile> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            files.add(file(pair, i));
        }
        return files;
    }

    private DicomFile file(PresentationPair pair, int number) throws IOException {
        String dataset = "dataset " + number;
        Path path = Files.writeString(folder.resolve(number + ".dcm"), "meta" + dataset);
        return new DicomFile(path, pair, Uid.of("2.25." + number), "meta".length(), dataset.length());
    }

    private static PresentationPair pair(String sopClass) {
        return new PresentationPair(Uid.of(sopClass), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }
}
