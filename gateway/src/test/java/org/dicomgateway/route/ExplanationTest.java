package org.dicomgateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.AllOf;
import org.dicomgateway.config.match.Condition.Not;
import org.dicomgateway.config.match.Condition.RemoteHost;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Field.Kind;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RouteSettings;
import org.dicomgateway.config.settings.RoutingSettings;
import org.dicomgateway.config.settings.Schedule;
import org.dicomgateway.config.settings.Strategy;
import org.dicomgateway.config.settings.Strategy.Affinity;
import org.dicomgateway.config.settings.Strategy.Algorithm;
import org.dicomgateway.config.settings.Strategy.WhenRefused;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.route.Explanation.Finding;
import org.dicomgateway.route.Explanation.Leg;
import org.dicomgateway.route.Explanation.Outcome;
import org.dicomgateway.route.Explanation.Route;
import org.dicomgateway.spool.Chooser.Choice;
import org.junit.jupiter.api.Test;

class ExplanationTest {

    private static final Strategy BROADCAST = new Strategy.Broadcast();

    private static final InstanceHeader HEADER = Instances.withAttributes(Map.of(
            Instances.MODALITY,
            List.of("MG"),
            Instances.IMAGE_TYPE,
            List.of("ORIGINAL", "PRIMARY"),
            Instances.STUDY_DESCRIPTION,
            List.of("Mueller, second opinion")));

    private static Condition is(Kind kind, int tag, String name, String pattern) {
        return new Value(new Field(kind, tag, name), Wildcard.of(pattern));
    }

    private static Condition modality(String pattern) {
        return is(Kind.ATTRIBUTE, Instances.MODALITY, "modality", pattern);
    }

    private static RouteSettings route(String name, boolean fallback, Strategy strategy, Condition... match) {
        return new RouteSettings(
                name,
                new AllOf(List.of(match)),
                fallback,
                strategy,
                List.of("a", "b", "c"),
                0,
                Schedule.ALWAYS,
                RouteSettings.CommitOn.ALL,
                Optional.empty());
    }

    private static RoutingTable table(RouteSettings... routes) {
        Map<String, DestinationSettings> destinations = new LinkedHashMap<>();
        Stream.of("a", "b", "c").forEach(name -> destinations.put(name, Stage.destination(name, 1)));
        return RoutingTable.of(new RoutingSettings(destinations, List.of(routes)), 1);
    }

    private static Explanation explain(boolean showValues, RouteSettings... routes) {
        return Explanation.of(table(routes), HEADER, Instances.ORIGIN, showValues);
    }

    private static Finding finding(String condition, boolean holds, String actual, Finding... parts) {
        return new Finding(condition, holds, actual, List.of(parts));
    }

    @Test
    void every_route_is_told_condition_by_condition() {
        RouteSettings mammography = route(
                "mammography",
                false,
                BROADCAST,
                modality("MG"),
                is(Kind.CALLING_AE, 0, "calling-ae", "CT*"),
                new Not(new AllOf(List.of(new RemoteHost(List.of(AddressRange.of("10.0.0.0/8")))))));
        Explanation explanation = explain(false, mammography, route("rest", true, BROADCAST));
        assertThat(explanation.routes())
                .containsExactly(
                        new Route(
                                "mammography",
                                "broadcast",
                                false,
                                Outcome.DIFFERS,
                                List.of(
                                        finding("modality = \"MG\"", true, "MG"),
                                        finding("calling-ae = \"CT*\"", false, "MAMMO1"),
                                        finding(
                                                "not",
                                                false,
                                                "",
                                                finding("remote-host = [10.0.0.0/8]", true, "10.1.2.3")))),
                        new Route("rest", "broadcast", true, Outcome.APPLIES, List.of()));
        assertThat(explanation.legs())
                .containsExactly(
                        new Leg("rest", 1, List.of("a"), true, ""),
                        new Leg("rest", 2, List.of("b"), true, ""),
                        new Leg("rest", 3, List.of("c"), true, ""));
    }

    @Test
    void a_fallback_that_matches_is_not_needed_when_another_route_applies() {
        assertThat(explain(false, route("mg", false, BROADCAST, modality("MG")), route("rest", true, BROADCAST))
                        .routes())
                .extracting(Route::outcome)
                .containsExactly(Outcome.APPLIES, Outcome.NOT_NEEDED);
    }

    @Test
    void what_may_tell_of_a_patient_is_shown_only_when_asked_for() {
        Condition differs = is(Kind.ATTRIBUTE, Instances.STUDY_DESCRIPTION, "StudyDescription", "*TRIAL*");
        Condition matches = is(Kind.ATTRIBUTE, Instances.STUDY_DESCRIPTION, "StudyDescription", "M*");
        Condition absent = is(Kind.ATTRIBUTE, 0x00100020, "PatientID", "*");
        Condition harmless = is(Kind.ATTRIBUTE, Instances.IMAGE_TYPE, "ImageType", "AXIAL");
        RouteSettings route = route("r", false, BROADCAST, differs, matches, absent, harmless);
        assertThat(explain(false, route).routes().get(0).findings())
                .extracting(Finding::actual)
                .containsExactly("differs", "matches", "absent", "ORIGINAL\\PRIMARY");
        assertThat(explain(true, route).routes().get(0).findings())
                .extracting(Finding::actual)
                .containsExactly("Mueller, second opinion", "Mueller, second opinion", "absent", "ORIGINAL\\PRIMARY");
    }

    @Test
    void a_number_of_the_standard_is_told_with_its_name() {
        RouteSettings route =
                route("r", false, BROADCAST, is(Kind.SOP_CLASS, 0, "sop-class", "1.2.840.10008.5.1.4.1.1.2"));
        assertThat(explain(false, route).routes().get(0).findings())
                .extracting(Finding::actual)
                .containsExactly("1.2.840.10008.5.1.4.1.1.2, CT Image Storage");
    }

    @Test
    void nothing_applies_and_it_would_be_held() {
        assertThat(explain(false, route("ct", false, BROADCAST, modality("CT"))).legs())
                .isEmpty();
    }

    @Test
    void what_is_chosen_on_arrival_is_said_to_be() {
        Strategy failover = new Strategy.Failover(Affinity.PATIENT, WhenRefused.NEXT);
        Strategy balance = new Strategy.Balance(Algorithm.LEAST_LOADED, Affinity.STUDY, WhenRefused.NEXT);
        assertThat(explain(false, route("f", false, failover), route("b", false, balance))
                        .legs())
                .containsExactly(
                        new Leg(
                                "f",
                                1,
                                List.of("a", "b", "c"),
                                true,
                                "where its patient went before, or else the first that can be used"),
                        new Leg(
                                "b",
                                1,
                                List.of("a", "b", "c"),
                                false,
                                "where its study went before, or else the one that will finish first, decided on arrival"));
    }

    @Test
    void a_hash_is_foreseen_as_it_will_be_chosen() {
        Strategy strategy = new Strategy.Replicate(2, Algorithm.HASH, Affinity.NONE, WhenRefused.NEXT);
        List<Leg> legs = explain(false, route(Stage.ROUTE, false, strategy)).legs();
        Stage stage = new Stage(strategy, 1, 1, 1);
        String first = legs.get(0).destinations().get(0);
        assertThat(legs).extracting(Leg::decided).containsExactly(true, true);
        assertThat(legs.get(0).destinations()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(legs.get(1).destinations())
                .isEqualTo(legs.get(0).destinations().subList(1, 3));
        assertThat(stage.dispatch.choose(new Choice(
                        Stage.instance(1, ""),
                        Stage.ROUTE,
                        1,
                        HEADER.sopInstance().value(),
                        stage.servers,
                        Set.of(),
                        Optional.empty())))
                .contains(first);
    }
}
