package org.dicomgateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.admin.AdminAtAPort;
import org.dicomgateway.admin.FakeCluster;
import org.dicomgateway.admin.FakeControls;
import org.dicomgateway.admin.FakeSpoolView;
import org.dicomgateway.admin.Found;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.admin.api.RulesView.Broken;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.ThreadView;
import org.dicomgateway.cli.check.NamesCommand;
import org.dicomgateway.cli.common.OperatorCommand;
import org.dicomgateway.cli.operate.CommitmentsCommand;
import org.dicomgateway.cli.operate.DestinationsCommand;
import org.dicomgateway.cli.operate.DiscardCommand;
import org.dicomgateway.cli.operate.DrainCommand;
import org.dicomgateway.cli.operate.ParkedCommand;
import org.dicomgateway.cli.operate.PauseCommand;
import org.dicomgateway.cli.operate.ReloadCommand;
import org.dicomgateway.cli.operate.RerouteCommand;
import org.dicomgateway.cli.operate.ResumeCommand;
import org.dicomgateway.cli.operate.RetryCommand;
import org.dicomgateway.cli.operate.SetAsideCommand;
import org.dicomgateway.cli.operate.StatusCommand;
import org.dicomgateway.cli.operate.TraceCommand;
import org.dicomgateway.cli.operate.VerifyCommand;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.observe.ForwardLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/** The commands that talk to a running gateway, over a real port. */
class OperatorCommandsTest {

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    private final FakeControls controls = admin.controls;
    private final FakeSpoolView spool = admin.spool;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @BeforeEach
    void configure() throws IOException {
        configure("port = " + admin.port());
    }

    @Test
    void a_gateway_of_an_older_version_is_understood_while_it_still_runs() {
        assertThat(Json.readAnswer(
                                "{\"node\":\"gw1\",\"state\":\"working\",\"since\":\"2026-11-26T12:00:00Z\","
                                        + "\"silentSeconds\":null,\"unfinished\":0,\"software\":\"1\"}",
                                StatusView.Member.class)
                        .rules())
                .isEmpty();
    }

    @Test
    void status_shows_what_is_wrong_first_and_then_a_row_for_each_destination() {
        controls.pause("b", "new disk");
        controls.inCluster = Optional.of(new FakeCluster());
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString().lines().skip(1).takeWhile(line -> !line.startsWith("receiving: at")))
                .as("wrong")
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line)
                                .startsWith("cluster: gateway gw2 is DEAD since ")
                                .endsWith("; its work was taken over"),
                        line -> assertThat(line)
                                .isEqualTo("parked: 2 deliveries wait for your decision at gateway gw3: "
                                        + "scripts/gateway parked"),
                        line -> assertThat(line)
                                .startsWith("cluster: the gateways have DIFFERENT tables or keys of transforms, or are "
                                        + "of different versions: gw1 by 11ab22; gw3 by 33cd44"),
                        line -> assertThat(line).startsWith("gateway.conf: changed, needs a restart"),
                        line -> assertThat(line).startsWith("certificate: EXPIRES in 24 h"),
                        line -> assertThat(line)
                                .matches("b: PAUSED since [-0-9]+T[:0-9]+(Z|[-+][:0-9]+), 0 deliveries wait: new disk"),
                        line -> assertThat(line).isEqualTo("  to send to it again: scripts/gateway resume b"),
                        line -> assertThat(line)
                                .isEqualTo("parked: 1 delivery waits for your decision:" + " scripts/gateway parked"),
                        line -> assertThat(line)
                                .isEqualTo("a: 1 copy missing, 1 differing; to see them: scripts/gateway verify"
                                        + " --destination a"),
                        line -> assertThat(line).startsWith("events for bot: 2 wait; answers 500"),
                        line -> assertThat(line).startsWith("held: 4 deliveries wait for a destination"),
                        line -> assertThat(line).isEqualTo("held: 3 instances, no route applies"),
                        line -> assertThat(line).startsWith("waiting: 6 deliveries, none of their destinations"),
                        line -> assertThat(line)
                                .isEqualTo("  to send them elsewhere: scripts/gateway reroute '(any)' OTHER"));
        assertThat(out.toString())
                .contains("DICOM Gateway 1.2.3, running since")
                .contains("receiving: at 127.0.0.1:11112")
                .contains("rules: version 7")
                .contains("needs a restart: gateway.spool.history")
                .contains("cluster: what all gateways have was counted 0 s ago")
                .contains(
                        "cluster: gateway gw1 still brings 12 instances of the time before it joined into the cluster")
                .containsPattern("(?m)^destination .* delivered +all pending +all held +all parked +why$")
                .containsPattern("(?m)^a +up +.* 1 +2 +0 +1 +7 +6 +0 +3$")
                .containsPattern("(?m)^gone +not in the rules +0 +0 +4 +0 +1 +0 +5 +0$");
    }

    @Test
    void status_says_when_the_disk_runs_low() {
        spool.diskFree = 1_900_000;
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("disk: LOW, 1.8 MiB free", "with less than 977 KiB, nothing is taken in");
    }

    @Test
    void commitments_shows_what_each_request_waits_for_and_fails_when_one_did() {
        CommitmentsCommand commitments = new CommitmentsCommand(() -> FakeControls.NOW);
        assertThat(run(commitments)).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("(?m)^CT1 +open +1 min +5 +0 +0 +1.2.3.1 +1.2.3 is pending at pacs \\(route all\\)$")
                .containsPattern("(?m)^CT1 +failed +.* 5 +1 +0 +1.2.3.2 +1.2.4 is parked at pacs");
        assertThat(out.toString()).containsPattern("(?m)^pacs +4 +0 +2 h +17 +it answered with 0x0122$");
        controls.commitments = new CommitmentsView(List.of(), List.of(), List.of());
        assertThat(run(new CommitmentsCommand())).isZero();
        assertThat(out.toString()).contains("no sender may request storage commitment (gateway.senders)");
    }

    @Test
    void what_comes_to_nothing_is_told_as_that() {
        spool.counted = 0;
        assertThat(run(new RetryCommand(), "--delivery", "7")).isZero();
        assertThat(run(new RerouteCommand(), "gone", "a")).isZero();
        assertThat(run(new DiscardCommand(), "--delivery", "7", "--reason", "x"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "no such delivery is parked: nothing is tried again",
                        "nothing waits, is held or is parked for gone: nothing goes to a",
                        "no such delivery is parked or held: nothing is discarded");
    }

    @Test
    void files_that_were_set_aside_are_listed_without_names_taken_in_and_discarded() {
        assertThat(run(new SetAsideCommand())).isZero();
        assertThat(out.toString()).contains("nothing is set aside");
        spool.setAside.put(3L, FakeSpoolView.readable(3));
        spool.setAside.put(4L, FakeSpoolView.unreadable(4));
        assertThat(run(new SetAsideCommand(), "list")).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("(?m)^ +3 .* CT1 +2.0 KiB +CT +1.2.3 +1.2.3.4 +1.2.840.10008.5.1.4.1.1.2")
                .containsPattern("(?m)^ +4 .* cannot be read: bad sector")
                .doesNotContain("JANE");
        assertThat(run(new SetAsideCommand(), "take-in", "3")).isZero();
        assertThat(out.toString()).contains("file 3 is taken in: number 7 in the spool");
        assertThat(run(new SetAsideCommand(), "take-in", "4")).isEqualTo(1);
        assertThat(run(new SetAsideCommand(), "discard", "4", "--reason", "no instance"))
                .isZero();
        assertThat(out.toString()).contains("file 4 is deleted");
        assertThat(spool.setAside).isEmpty();
        assertThat(run(new SetAsideCommand(), "take-in")).isEqualTo(2);
        assertThat(run(new SetAsideCommand(), "discard", "4")).isEqualTo(2);
        assertThat(run(new SetAsideCommand(), "list", "4")).isEqualTo(2);
    }

    @Test
    void status_tells_of_damage() {
        spool.setAside.put(4L, FakeSpoolView.unreadable(4));
        spool.unreadSegments = 2;
        spool.ledgerDamage = Optional.of("the ledger could not be synced");
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "ledger: DAMAGED, restart the gateway: the ledger could not be synced",
                        "log: 2 segments cannot be read in part",
                        "set aside: 1 file without a known instance: scripts/gateway set-aside");
    }

    @Test
    void status_fails_while_the_rules_are_broken_or_nothing_is_taken_in() {
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("BROKEN since", "problems: 1", "version 7", "/conf/routing.conf:3: bad");
        controls.broken = Optional.empty();
        controls.closedBecause = Optional.of("the disk is full");
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("receiving: NO, closed: the disk is full");
    }

    @Test
    void status_tells_of_a_certificate_that_expires_soon_or_has_expired() {
        assertThat(run(new StatusCommand(() -> FakeControls.CERTIFIED_UNTIL.minus(Duration.ofDays(31)))))
                .isEqualTo(1);
        assertThat(out.toString()).contains("certificate: /conf/gateway.crt (CN=gateway), valid until ");
        assertThat(run(new StatusCommand(() -> FakeControls.CERTIFIED_UNTIL.minus(Duration.ofDays(9)))))
                .isEqualTo(1);
        assertThat(out.toString()).contains("certificate: EXPIRES in 9 d, ").doesNotContain("EXPIRED");
        assertThat(run(new StatusCommand(() -> FakeControls.CERTIFIED_UNTIL))).isEqualTo(1);
        assertThat(out.toString()).contains("certificate: EXPIRED since ");
    }

    @Test
    void status_tells_who_sent_how_much_and_when_last() {
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("no sender in the last hour");
        admin.telemetry.forwardLog().received(received("CT 1", 2048), 3, 7, 1);
        admin.telemetry.forwardLog().received(received("CT 1", 2048), 3, 7, 1);
        assertThat(run(new StatusCommand()))
                .as("of now, when the certificate has expired")
                .isEqualTo(1);
        assertThat(out.toString()).containsPattern("(?m)^sender +last seen +in the last hour +size +per s$");
        assertThat(out.toString()).containsPattern("(?m)^CT 1 +\\d+ s ago +2 +4.0 KiB +\\d\\.\\d$");
        for (int i = 0; i < 12; i++) {
            admin.telemetry.forwardLog().received(received("MR" + i, 1), 3, 7, 1);
        }
        assertThat(run(new StatusCommand())).isEqualTo(1);
        assertThat(out.toString()).contains("… and 3 more (--json shows them)");
    }

    private static ForwardLog.Subject received(String calling, long bytes) {
        return new ForwardLog.Subject(
                Uid.of("1.2.3.4"), "1.2.3", new Origin(AeTitle.of(calling), AeTitle.of("GATEWAY"), "192.0.2.7"), bytes);
    }

    @Test
    void status_is_JSON_when_asked_for() {
        assertThat(run(status(), "--json")).isEqualTo(1);
        assertThat(JsonMapper.shared()
                        .readTree(out.toString())
                        .at("/destinations/0/name")
                        .asString())
                .isEqualTo("a");
    }

    @Test
    void pause_and_resume() {
        assertThat(run(new PauseCommand(), "a", "--reason", "new disk")).isZero();
        assertThat(controls.paused).containsEntry("a", "new disk");
        assertThat(run(new ResumeCommand(), "a")).isZero();
        assertThat(run(new ResumeCommand(), "a")).isZero();
        assertThat(out.toString()).contains("destination a is not paused: nothing to do");
        assertThat(run(new PauseCommand(), "c")).isEqualTo(2);
        assertThat(err.toString()).contains("no such destination: c; there are a, b");
        assertThat(run(new PauseCommand(), "../status")).isEqualTo(2);
    }

    @Test
    void pause_and_resume_receiving() {
        assertThat(run(new PauseCommand(), "receiver", "--reason", "new disk")).isZero();
        assertThat(controls.receiverPaused).hasValue("new disk");
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("receiving is paused", "receiving: NO, paused: new disk");
        assertThat(run(new ResumeCommand(), "receiver")).isZero();
        assertThat(run(new ResumeCommand(), "receiver")).isZero();
        assertThat(out.toString()).contains("receiving is resumed", "receiving is not paused: nothing to do");
    }

    @Test
    void drain_begins_and_tells_what_is_left() {
        assertThat(run(new DrainCommand(), "--reason", "moves")).isZero();
        assertThat(controls.drained).hasValue("moves");
        assertThat(out.toString())
                .contains("draining: nothing more is taken in; to receive again: scripts/gateway resume");
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString())
                .contains("receiving: NO, draining: moves; to receive again: scripts/gateway resume receiver");
        assertThat(run(new DrainCommand(), "--timeout", "1s")).isEqualTo(2);
        assertThat(err.toString()).contains("--timeout is only possible with --wait");
    }

    @Test
    void drain_waits_no_longer_than_it_may_and_tells_what_is_left_for_whom() {
        controls.receiving = 1_000;
        assertThat(run(new DrainCommand(), "--wait", "--timeout", "300ms")).isEqualTo(5);
        assertThat(out.toString())
                .contains("draining: nothing more is taken in", "under way")
                .containsPattern("(?m)^left for +state +pending +parked +held +why$")
                .containsPattern("(?m)^a +up +2 +1 +0$")
                .containsPattern("(?m)^gone +not in the rules +0 +0 +4");
    }

    @Test
    void drain_waits_until_nothing_arrives_and_nothing_is_pending() {
        spool.empty = true;
        controls.receiving = 3;
        assertThat(run(new DrainCommand(), "--wait")).isZero();
        assertThat(controls.receiving).isZero();
        assertThat(out.toString()).startsWith("drained: nothing is left");
    }

    @Test
    void drain_does_not_trust_books_that_lag_behind() {
        spool.empty = true;
        controls.booksComplete = false;
        assertThat(run(new DrainCommand(), "--wait", "--timeout", "250ms")).isEqualTo(5);
    }

    @Test
    void destinations_tell_what_waits_how_long_and_what_last_failed() {
        InstantSource clock = () -> FakeControls.NOW.plusSeconds(30);
        assertThat(run(new DestinationsCommand(clock))).isZero();
        assertThat(out.toString())
                .containsPattern("(?m)^a +A@localhost:104 +up +30 s +2 +2.0 KiB +2 min +1 +0.0 +1 +0$")
                .containsPattern("(?m)^gone +- +not in the rules +- +0 +0 B +- +0 +0.0 +0 +4$");
        out.getBuffer().setLength(0);
        assertThat(run(new DestinationsCommand(clock), "--json", "a")).isZero();
        assertThat(out.toString()).contains("\"oldestWaiting\"").doesNotContain("gone");
    }

    @Test
    void destinations_shows_those_that_are_named_and_fails_for_those_alone() {
        controls.pause("b", "new disk");
        assertThat(run(new DestinationsCommand())).isEqualTo(1);
        out.getBuffer().setLength(0);
        assertThat(run(new DestinationsCommand(), "a")).isZero();
        assertThat(out.toString()).containsPattern("(?m)^a ").doesNotContain("new disk");
        assertThat(run(new DestinationsCommand(), "nobody")).isEqualTo(2);
        assertThat(run(new DestinationsCommand(), "a", "b/c")).isEqualTo(2);
        assertThat(err.toString())
                .contains("no such destination: nobody; there are a, b, gone", "no such destination: b/c; there are");
    }

    @Test
    void trace_finds_a_study_by_its_accession_number_and_tells_no_patient() {
        assertThat(run(new TraceCommand(), "ACC-1")).as("not done everywhere").isEqualTo(1);
        assertThat(spool.asked).singleElement().asString().contains("studies", "accession=ACC-1");
        assertThat(out.toString())
                .contains("study 1.2.3  CT, 2 instances, 1.0 KiB")
                .contains("from CT1")
                .containsPattern("(?m)^a +1 +1 +0 +0 +0 +0 +0 +1$")
                .doesNotContain("PAT-1", "accession ACC-1");
        assertThat(run(new TraceCommand(), "ACC-1", "--show-patients")).isEqualTo(1);
        assertThat(out.toString()).contains("accession ACC-1, patient PAT-1");
    }

    @Test
    void verify_tells_what_is_missing_and_wants_to_know_what_to_check() {
        assertThat(run(new VerifyCommand(), "--study", "1.2.3", "--repair")).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("(?m)^a +5 +4 +1 +0 +0 +0 +0$")
                .containsPattern("missing +a +1.2.3 +1.2.3.4 +the server does not have it");
        assertThat(run(new VerifyCommand(), "--all", "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"sopInstanceUid\"");
        assertThat(run(new VerifyCommand())).isEqualTo(2);
        assertThat(run(new VerifyCommand(), "--all", "--study", "1.2.3")).isEqualTo(2);
        assertThat(run(new VerifyCommand(), "--all", "--overwrite")).isEqualTo(2);
    }

    @Test
    void trace_tells_of_each_instance_where_it_is() {
        assertThat(run(new TraceCommand(), "1.2.3", "--instances", "--limit", "3"))
                .isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("(?m)^1.2.3.4 .* CT1 +a parked, \\(any\\) pending$")
                .contains("… and more");
    }

    @Test
    void a_list_that_is_as_long_as_the_limit_is_whole() {
        spool.studiesFound = List.of(Found.delivered("1.2.3"), Found.delivered("1.2.4"));
        assertThat(run(new TraceCommand(), "ACC-1", "--limit", "2")).isZero();
        assertThat(run(new ParkedCommand(), "--limit", "2")).isEqualTo(1);
        assertThat(out.toString()).contains("study 1.2.3 ", "study 1.2.4 ").doesNotContain("and more");

        out.getBuffer().setLength(0);
        assertThat(run(new TraceCommand(), "ACC-1", "--limit", "1"))
                .as("of the other one nothing is said")
                .isEqualTo(1);
        assertThat(out.toString()).contains("study 1.2.3 ", "… and more").doesNotContain("study 1.2.4 ");
        assertThat(run(new TraceCommand(), "ACC-1", "--limit", Integer.toString(Integer.MAX_VALUE)))
                .isZero();
    }

    @Test
    void trace_tells_the_story_of_an_instance() {
        spool.studiesOnlyBy = "instance";
        assertThat(run(new TraceCommand(), "1.2.3.4", "--limit", "1")).isEqualTo(1);
        assertThat(spool.asked.get(0)).contains("study=1.2.3.4");
        assertThat(out.toString())
                .contains("instance 1.2.3.4  CT, 512 B", "from CT1 at 192.0.2.7, called GATEWAY; number 7")
                .containsPattern("(?m)received *$")
                .containsPattern("attempt +a +all +0xA700 +3 times, last .*; out of resources");
        assertThat(run(new TraceCommand(), "1.2.3.4", "--limit", "1", "--json")).isEqualTo(1);
        assertThat(out.toString()).contains("\"timeline\"");
    }

    @Test
    void in_a_cluster_other_gateways_are_seen_and_steered_as_well() {
        FakeCluster cluster = new FakeCluster();
        controls.inCluster = Optional.of(cluster);
        assertThat(run(new ParkedCommand())).isEqualTo(1);
        assertThat(out.toString())
                .containsPattern("(?m)^gw1 +7168 .* a +2 +1.2.3 +1.2.3.4 +no$")
                .containsPattern("(?m)^gw2 +7168 .* a +- +1.2.3 +1.2.3.4 +0xA700 Out of Resources$");
        assertThat(run(new TraceCommand(), "1.2.3")).isEqualTo(1);
        assertThat(out.toString())
                .contains("study 1.2.3 at other gateways of the cluster:")
                .containsPattern("(?m)^gw2 +a +1 +parked .* 0xA700 Out of Resources$");
        assertThat(run(new RetryCommand(), "--all")).isZero();
        assertThat(run(new DiscardCommand(), "--delivery", "7168", "--gateway", "gw2", "--reason", "x"))
                .isZero();
        assertThat(run(new PauseCommand(), "a", "--reason", "new disk")).isZero();
        assertThat(run(new ResumeCommand(), "a", "--gateway", "gw3")).isZero();
        assertThat(out.toString())
                .contains("2 deliveries are tried again", "2 deliveries are discarded", "destination a is paused")
                .containsPattern("(?m)^gw1 +nothing of it\n^gw2 +2 of it$");
        assertThat(cluster.orders)
                .extracting(order -> order.action() + " " + order.selection().deliveryId() + " " + order.gateway())
                .containsExactly("RETRY 0 ", "DISCARD 7168 gw2", "PAUSE 0 ", "RESUME 0 gw3");
        assertThat(run(new PauseCommand(), "receiver", "--gateway", "gw2")).isEqualTo(2);
        assertThat(run(new RetryCommand(), "--all", "--gateway", "gw4")).isEqualTo(2);
        assertThat(err.toString()).contains("no such gateway: gw4; there are gw1, gw2, gw3");
    }

    @Test
    void without_the_database_of_the_cluster_what_is_missing_is_said() {
        FakeCluster cluster = new FakeCluster();
        cluster.answers = false;
        controls.inCluster = Optional.of(cluster);
        assertThat(run(new RetryCommand(), "--all")).isEqualTo(1);
        assertThat(out.toString())
                .contains("INCOMPLETE: the cluster's database does not answer; the other gateways were not asked");
        assertThat(run(new ParkedCommand())).isEqualTo(1);
        assertThat(run(new TraceCommand(), "1.2.3", "--json")).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "INCOMPLETE: the cluster's database cannot be asked: it is away; what is at gw2, gw3 is not known")
                .containsPattern("\"missing\" ?: ?\"the cluster's database");
        spool.studiesOnlyBy = "nothing";
        assertThat(run(new TraceCommand(), "A4711")).isEqualTo(4);
        assertThat(out.toString())
                .contains("knows Study and SOP Instance UIDs, not patients, accession numbers or series: ask gw3");
    }

    @Test
    void trace_says_when_nothing_is_known() {
        spool.studiesOnlyBy = "nothing";
        assertThat(run(new TraceCommand(), "4711")).isEqualTo(4);
        assertThat(spool.asked).as("tried as each of the five").hasSize(5);
        assertThat(out.toString()).contains("nothing is known of 4711");
    }

    @Test
    void parked_lists_each_delivery_with_its_reason_and_asks_for_just_these() {
        assertThat(run(new ParkedCommand(), "--destination", "a", "--study", "1.2.3"))
                .isEqualTo(1);
        assertThat(spool.asked)
                .singleElement()
                .asString()
                .contains("deliveries", "study=1.2.3", "destination=a", "PARKED", "limit 51");
        assertThat(out.toString()).containsPattern("(?m)^ *7168 .* a +2 +1.2.3 +1.2.3.4 +no$");
        assertThat(run(new ParkedCommand(), "--held")).isEqualTo(1);
        assertThat(spool.asked.get(1)).contains("HELD");
    }

    @Test
    void a_destination_that_nobody_knows_is_told_as_that() {
        assertThat(run(new ParkedCommand(), "--destination", "nobody")).isEqualTo(2);
        assertThat(out.toString()).doesNotContain("nothing is parked");
        assertThat(err.toString()).contains("no such destination: nobody; there are a, b, gone");
    }

    @Test
    void retry_and_discard_find_studies_by_the_accession_number() {
        assertThat(run(new RetryCommand(), "--accession", "ACC-1", "--destination", "a"))
                .isZero();
        assertThat(run(new DiscardCommand(), "--accession", "ACC-1", "--reason", "sent twice"))
                .isZero();
        assertThat(spool.asked)
                .filteredOn(asked -> !asked.startsWith("studies"))
                .containsExactly(
                        "retry Selection[destination=a, studyInstanceUid=1.2.3, deliveryId=0]",
                        "discard Selection[destination=, studyInstanceUid=1.2.3, deliveryId=0] sent twice");
        spool.studiesOnlyBy = "nothing";
        assertThat(run(new RetryCommand(), "--accession", "ACC-2")).isEqualTo(4);
        assertThat(err.toString()).contains("no study is known with the accession number ACC-2");
    }

    @Test
    void discard_wants_to_know_what_and_why() {
        assertThat(run(new DiscardCommand(), "--study", "1.2.3", "--reason", "sent twice"))
                .isZero();
        assertThat(spool.asked)
                .containsExactly("discard Selection[destination=, studyInstanceUid=1.2.3, deliveryId=0] sent twice");
        assertThat(out.toString()).contains("2 deliveries are discarded");
        assertThat(run(new DiscardCommand(), "--study", "1.2.3")).isEqualTo(2);
        assertThat(run(new DiscardCommand(), "--reason", "all of it")).isEqualTo(2);
        assertThat(err.toString()).contains("choose deliveries with --destination, --study, --accession or --delivery");
    }

    @Test
    void reroute_and_retry_tell_how_many() {
        assertThat(run(new RerouteCommand(), "gone", "a")).isZero();
        assertThat(run(new RerouteCommand(), "(any)", "a")).isZero();
        assertThat(run(new RetryCommand(), "--destination", "a", "--study", "1.2"))
                .isZero();
        assertThat(run(new RetryCommand(), "--all")).isZero();
        assertThat(spool.asked)
                .containsExactly(
                        "reroute gone a",
                        "reroute  a",
                        "retry Selection[destination=a, studyInstanceUid=1.2, deliveryId=0]",
                        "retry Selection[destination=, studyInstanceUid=, deliveryId=0]");
        assertThat(out.toString())
                .contains(
                        "4 deliveries go from gone to a",
                        "4 deliveries go from (any) to a",
                        "1 delivery is tried again");
        assertThat(run(new RetryCommand())).as("not everything by mistake").isEqualTo(2);
        assertThat(run(new RetryCommand(), "--all", "--study", "1.2")).isEqualTo(2);
        assertThat(err.toString()).contains("or all with --all", "--all cannot be combined with another condition");
        assertThat(run(new RerouteCommand(), "a", "a")).isEqualTo(2);
    }

    @Test
    void a_destination_that_is_down_is_told_with_its_next_attempt_and_tried_now_when_asked() {
        controls.down.put("b", FakeControls.NOW.plusSeconds(40));
        run(status());
        assertThat(out.toString())
                .contains(
                        "b: DOWN since ",
                        "next attempt in 40 s",
                        "scripts/gateway retry --now b",
                        "scripts/gateway reroute b OTHER");
        assertThat(run(new RetryCommand(), "--now", "b")).isZero();
        assertThat(out.toString()).contains("destination b is tried now");
        assertThat(run(new RetryCommand(), "--now", "b")).as("it is up").isZero();
        assertThat(out.toString()).contains("destination b is not down: nothing to do");
        controls.pause("b", "new disk");
        assertThat(run(new RetryCommand(), "--now", "b")).as("it is paused").isEqualTo(1);
        assertThat(err.toString())
                .contains("destination b is paused: only one that is down waits for its next attempt");
        assertThat(run(new RetryCommand(), "--now", "c")).isEqualTo(2);
        assertThat(err.toString()).contains("no such destination: c; there are a, b");
        assertThat(run(new RetryCommand(), "--now", "b", "--all")).isEqualTo(2);
        assertThat(spool.asked).as("no parked delivery").containsExactly("hasten b");
    }

    @Test
    void status_tells_who_was_rejected_why_how_often_and_what_to_do() {
        run(status());
        assertThat(out.toString()).doesNotContain("rejected sender");
        for (int i = 0; i < 3; i++) {
            controls.rejected.count(new RefusedPeer("CT 9", "ARCHIVE", "192.0.2.9", "1/1/7", "no such title"), true);
        }
        run(status());
        assertThat(out.toString())
                .containsPattern("(?m)^rejected sender +at +times +last +code +why +what to do$")
                .containsPattern(
                        "(?m)^\"CT 9\" +192.0.2.9 +3 +0 s ago +1/1/7 +no such title +Correct the called AE title");
    }

    @Test
    void trace_says_a_sentence_for_the_telephone_with_the_number_only_for_those_who_have_it() {
        run(new TraceCommand(), "ACC-1");
        assertThat(out.toString())
                .containsPattern(
                        "(?m)^ACC-1 came .* from CT1, 2 images. It is safe in the gateway; a does not have 1 of 2")
                .doesNotContain("PAT-1");
        out.getBuffer().setLength(0);
        run(new TraceCommand(), "1.2.3");
        assertThat(out.toString())
                .containsPattern("(?m)^The study came .* from CT1")
                .doesNotContain("ACC-1", "PAT-1");
    }

    @Test
    void reload_fails_with_every_problem_when_the_rules_are_bad() {
        assertThat(run(new ReloadCommand())).isZero();
        assertThat(out.toString()).contains("version 8", "routes added: x");
        controls.broken = Optional.of(new Broken(FakeControls.NOW, List.of("/conf/routing.conf:3: bad")));
        assertThat(run(new ReloadCommand())).isEqualTo(1);
        assertThat(out.toString()).contains("version 7 of the rules stays in force", "/conf/routing.conf:3: bad");
    }

    @Test
    void names_are_told_to_the_shell_and_nothing_else_is() throws IOException {
        assertThat(execute(new NamesCommand(), "destinations")).isZero();
        assertThat(out.toString().lines()).containsExactly("a", "b", "gone");
        out.getBuffer().setLength(0);
        controls.routes = List.of("all", "$(reboot)", "a b");
        assertThat(execute(new NamesCommand(), "routes")).isZero();
        assertThat(out.toString().lines()).containsExactly("all");
        out.getBuffer().setLength(0);
        configure("enabled = false");
        assertThat(execute(new NamesCommand(), "routes")).isEqualTo(1);
        configure("port = " + admin.port());
        admin.server.close();
        assertThat(execute(new NamesCommand(), "destinations")).isEqualTo(1);
        configure("prot = 1");
        assertThat(execute(new NamesCommand(), "destinations")).isEqualTo(1);
        assertThat(out.toString() + err).isEmpty();
    }

    @Test
    void a_gateway_that_does_not_run_is_told_with_its_address_and_how_to_start_it() {
        admin.server.close();
        assertThat(run(status())).isEqualTo(3);
        assertThat(run(new ParkedCommand())).isEqualTo(3);
        assertThat(err.toString()).contains("no gateway answers at http://127.0.0.1:", "start it: scripts/gateway run");
    }

    @Test
    void status_tells_of_a_thread_that_is_gone() {
        controls.threads = List.of(new ThreadView("audit", false), new ThreadView("spool-maintenance", true));
        assertThat(run(status())).isEqualTo(1);
        assertThat(out.toString()).contains("thread: audit HAS ENDED").doesNotContain("spool-maintenance");
    }

    @Test
    void an_answer_without_end_is_not_read_to_its_end() throws IOException {
        HttpServer endless = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endless.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] spaces = new byte[1 << 16];
            for (int i = 0; i < 1 << 14; i++) {
                exchange.getResponseBody().write(spaces);
            }
        });
        endless.start();
        try {
            configure("port = " + endless.getAddress().getPort());
            assertThat(run(status())).isEqualTo(3);
            assertThat(err.toString()).contains("its answer is longer than 64 MiB");
        } finally {
            endless.stop(0);
        }
    }

    @Test
    void an_interface_that_is_off_or_has_no_known_port_is_a_misuse() throws IOException {
        configure("enabled = false");
        assertThat(run(status())).isEqualTo(2);
        configure("port = 0");
        assertThat(run(status())).isEqualTo(2);
        assertThat(err.toString()).contains("gateway.admin.enabled", "gateway.admin.port");
    }

    /** While the certificate of the gateway is valid. */
    private static StatusCommand status() {
        return new StatusCommand(() -> FakeControls.NOW);
    }

    private void configure(String admin) throws IOException {
        Files.writeString(folder.resolve("gateway.conf"), "gateway.admin { " + admin + " }\n");
    }

    private int run(OperatorCommand command, String... arguments) {
        return execute(command, arguments);
    }

    private int execute(Object command, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of("--config", folder.resolve("gateway.conf").toString()));
        all.addAll(List.of(arguments));
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
