package org.dicomgateway.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.AssociationException.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {

    private static final PresentationPair CT = pair("1.2.840.10008.5.1.4.1.1.2");

    @TempDir
    private Path folder;

    private final FakePeer peer = new FakePeer();
    private final List<Result> results = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private long bytes;

    @Test
    void every_file_is_sent_as_it_is_without_what_stands_before_the_dataset() throws Exception {
        List<DicomFile> files = files(CT, 5);

        send(1, 0, files);

        assertThat(results).hasSize(5).allMatch(Result::isStored).allMatch(result -> result.attempts() == 1);
        assertThat(peer.proposals).as("one association").hasSize(1);
        assertThat(new String(peer.stored.get(files.get(3).sopInstance()), StandardCharsets.US_ASCII))
                .isEqualTo("dataset 3");
        assertThat(bytes).isEqualTo(5L * "dataset 3".length());
        assertThat(peer.open).as("released").isZero();
    }

    @Test
    void what_is_refused_for_the_moment_is_sent_again_later_each_time_and_not_for_ever() throws Exception {
        List<DicomFile> files = files(CT, 2);
        answer(files.get(0), 0xA700, 0x0110);
        answer(files.get(1), 0xA700, 0xA700, 0xA700, 0xA700);

        send(1, 2, files);

        assertThat(resultOf(files.get(0)).isStored()).isTrue();
        assertThat(resultOf(files.get(0)).attempts()).isEqualTo(3);
        assertThat(resultOf(files.get(1)))
                .extracting(Result::status, Result::attempts, Result::reason)
                .containsExactly(0xA700, 3, "0xA700 out of resources");
        assertThat(waits).allMatch(wait -> wait.compareTo(Duration.ofSeconds(4)) <= 0);
        assertThat(bytes).as("progress is not counted twice").isEqualTo(2L * "dataset 0".length());
    }

    @Test
    void what_will_never_be_taken_is_not_sent_again() throws Exception {
        List<DicomFile> files = files(CT, 3);
        answer(files.get(0), 0xA900);
        answer(files.get(1), 0x0111);
        answer(files.get(2), 0xB000);

        send(1, 5, files);

        assertThat(resultOf(files.get(0)))
                .extracting(Result::isStored, Result::attempts)
                .containsExactly(false, 1);
        assertThat(resultOf(files.get(1)).isStored())
                .as("a duplicate is there already")
                .isTrue();
        assertThat(resultOf(files.get(2)).isStored()).as("a warning").isTrue();
        assertThat(waits).isEmpty();
    }

    @Test
    void a_lost_association_is_opened_again_and_the_file_repeated_after_the_others() throws Exception {
        List<DicomFile> files = files(CT, 3);
        answer(files.get(0), lost());

        send(1, 1, files);

        assertThat(results).hasSize(3).allMatch(Result::isStored);
        assertThat(results.get(2).file()).isEqualTo(files.get(0));
        assertThat(results.get(2).attempts()).isEqualTo(2);
        assertThat(peer.proposals).hasSizeBetween(2, 3);
    }

    @Test
    void a_file_that_breaks_every_association_does_not_stop_the_others() throws Exception {
        List<DicomFile> files = files(CT, 4);
        answer(files.get(1), lost(), lost(), lost(), lost());

        send(1, 2, files);

        assertThat(results.stream().filter(Result::isStored)).hasSize(3);
        assertThat(resultOf(files.get(1)))
                .extracting(Result::status, Result::attempts)
                .containsExactly(Result.NO_STATUS, 3);
        assertThat(resultOf(files.get(1)).reason()).contains("connection lost");
    }

    @Test
    void a_peer_that_is_not_there_is_called_again_and_then_given_up_for_all() throws Exception {
        for (int i = 0; i < 3; i++) {
            peer.rejections.add(new AssociationException(Cause.CONNECT, "connection refused", null));
        }

        send(1, 2, files(CT, 3));

        assertThat(results)
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

        assertThat(results).hasSize(3).allMatch(Result::isStored);
    }

    @Test
    void a_clear_no_ends_it_at_once_and_names_the_title_to_look_at() throws Exception {
        peer.rejections.add(new AssociationException(Rejection.calledAeTitleNotRecognized("so"), "rejected 1/1/7"));

        send(1, 5, files(CT, 2));

        assertThat(results)
                .hasSize(2)
                .allMatch(result -> result.reason()
                        .equals("given up: rejected 1/1/7: it does not answer to the called AE title ARCHIVE"));
        assertThat(waits).isEmpty();
    }

    @Test
    void a_peer_with_room_for_fewer_associations_still_gets_everything() throws Exception {
        peer.room = 2;

        send(8, 0, files(CT, 200));

        assertThat(results).hasSize(200).allMatch(Result::isStored);
        assertThat(peer.mostOpen).isLessThanOrEqualTo(2);
    }

    @Test
    void no_association_proposes_more_than_it_can_and_each_file_finds_its_context() throws Exception {
        List<DicomFile> files = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            files.add(file(pair("1.2.3." + i), i));
        }

        send(1, 0, files);

        assertThat(results).hasSize(300).allMatch(Result::isStored);
        assertThat(peer.proposals).extracting(pairs -> pairs.size()).containsExactly(128, 128, 44);
    }

    @Test
    void what_the_peer_has_no_context_for_is_told_and_the_rest_is_sent() throws Exception {
        PresentationPair odd = pair("1.2.3");
        peer.unknown.add(odd);
        List<DicomFile> files = List.of(file(CT, 0), file(odd, 1), file(CT, 2));

        send(1, 5, files);

        assertThat(results.stream().filter(Result::isStored)).hasSize(2);
        assertThat(resultOf(files.get(1)).reason()).contains("no presentation context", "1.2.3");
        assertThat(resultOf(files.get(1)).attempts()).isZero();
    }

    @Test
    void a_file_that_went_away_is_told_and_the_rest_is_sent() throws Exception {
        List<DicomFile> files = files(CT, 3);
        Files.delete(files.get(1).path());

        send(1, 5, files);

        assertThat(results.stream().filter(Result::isStored)).hasSize(2);
        assertThat(resultOf(files.get(1)).reason()).isEqualTo("cannot be read: no such file");
    }

    private void send(int associations, int retries, List<DicomFile> files) throws InterruptedException {
        SendListener listener = new SendListener() {
            @Override
            public void sent(long more) {
                synchronized (results) {
                    bytes += more;
                }
            }

            @Override
            public void finished(Result result) {
                synchronized (results) {
                    results.add(result);
                }
            }
        };
        SendSettings settings = new SendSettings(
                new Peer(AeTitle.of("ARCHIVE"), "localhost", 104),
                AeTitle.of("SEND"),
                associations,
                retries,
                Duration.ofSeconds(1),
                Duration.ofSeconds(4));
        new Sender(peer, settings, listener, new Random(1), () -> now, this::pass).send(files);
    }

    private synchronized void pass(Duration time) {
        waits.add(time);
        now = now.plus(time);
    }

    private void answer(DicomFile file, Object... answers) {
        peer.answers.put(file.sopInstance(), new ArrayDeque<>(Arrays.asList(answers)));
    }

    private static AssociationException lost() {
        return new AssociationException(Cause.CONNECTION_LOST, "connection lost", null);
    }

    private Result resultOf(DicomFile file) {
        return results.stream()
                .filter(result -> result.file().equals(file))
                .findFirst()
                .orElseThrow();
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
