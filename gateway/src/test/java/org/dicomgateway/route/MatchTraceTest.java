package org.dicomgateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.dicomgateway.config.match.AddressRange;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.match.Condition.AllOf;
import org.dicomgateway.config.match.Condition.Not;
import org.dicomgateway.config.match.Condition.RemoteHost;
import org.dicomgateway.config.match.Condition.Value;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.config.match.Field.Kind;
import org.dicomgateway.config.match.Wildcard;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.junit.jupiter.api.Test;

class MatchTraceTest {

    private static final Condition YES = value(Kind.CALLING_AE, "MAMMO*");
    private static final Condition NO = value(Kind.CALLING_AE, "CT*");
    private static final InstanceHeader HEADER = Instances.withAttributes(
            Map.of(Instances.MODALITY, List.of("MG"), Instances.IMAGE_TYPE, List.of("ORIGINAL", "PRIMARY", "AXIAL")));

    private static Condition value(Kind kind, String pattern) {
        return new Value(new Field(kind, 0, kind.name()), Wildcard.of(pattern));
    }

    private static Condition attribute(int tag, String pattern) {
        return new Value(new Field(Kind.ATTRIBUTE, tag, "tag"), Wildcard.of(pattern));
    }

    private static boolean holds(Condition condition) {
        return MatchTrace.of(condition, HEADER, Instances.ORIGIN).holds();
    }

    @Test
    void each_field_is_found_where_it_is() {
        assertThat(holds(value(Kind.CALLING_AE, "MAMMO1"))).isTrue();
        assertThat(holds(value(Kind.CALLED_AE, "GATEWAY"))).isTrue();
        assertThat(holds(value(Kind.SOP_CLASS, "1.2.840.10008.5.1.4.1.1.2"))).isTrue();
        assertThat(holds(value(Kind.TRANSFER_SYNTAX, "1.2.840.10008.1.2.1"))).isTrue();
        assertThat(holds(attribute(Instances.MODALITY, "MG"))).isTrue();
        assertThat(holds(attribute(Instances.IMAGE_TYPE, "PRIMARY"))).isTrue();
        assertThat(holds(attribute(Instances.IMAGE_TYPE, "LOCALIZER"))).isFalse();
    }

    @Test
    void an_absent_attribute_matches_only_the_empty_pattern() {
        assertThat(holds(attribute(Instances.STUDY_DESCRIPTION, "*"))).isFalse();
        assertThat(holds(attribute(Instances.STUDY_DESCRIPTION, ""))).isTrue();
        assertThat(holds(attribute(Instances.MODALITY, ""))).isFalse();
    }

    @Test
    void the_senders_address_may_lie_in_any_of_the_ranges() {
        assertThat(holds(new RemoteHost(List.of(AddressRange.of("192.168.0.0/16"), AddressRange.of("10.0.0.0/8")))))
                .isTrue();
        assertThat(holds(new RemoteHost(List.of(AddressRange.of("192.168.0.0/16")))))
                .isFalse();
    }

    @Test
    void all_must_hold_and_nothing_asked_is_met() {
        assertThat(holds(new AllOf(List.of(YES, YES)))).isTrue();
        assertThat(holds(new AllOf(List.of(YES, NO)))).isFalse();
        assertThat(holds(new AllOf(List.of()))).isTrue();
    }

    @Test
    void not_turns_it_round() {
        assertThat(holds(new Not(NO))).isTrue();
        assertThat(holds(new Not(new AllOf(List.of(YES, NO))))).isTrue();
        assertThat(holds(new Not(new AllOf(List.of(YES, YES))))).isFalse();
    }

    @Test
    void it_tells_condition_by_condition_also_what_no_longer_mattered() {
        Condition all = new AllOf(List.of(NO, new Not(YES), YES));
        MatchTrace matchTrace = MatchTrace.of(all, HEADER, Instances.ORIGIN);
        assertThat(matchTrace.holds()).isFalse();
        assertThat(matchTrace.parts()).extracting(MatchTrace::holds).containsExactly(false, false, true);
        assertThat(matchTrace.parts().get(1).parts()).containsExactly(new MatchTrace(YES, true, List.of()));
    }

    @Property
    void the_quick_answer_is_the_one_that_the_parts_add_up_to(@ForAll("conditions") Condition condition) {
        MatchTrace matchTrace = MatchTrace.of(condition, HEADER, Instances.ORIGIN);
        assertThat(addUp(matchTrace)).isEqualTo(matchTrace.holds());
    }

    private static boolean addUp(MatchTrace matchTrace) {
        return matchTrace
                .condition()
                .match(
                        all -> matchTrace.parts().stream().allMatch(MatchTraceTest::addUp),
                        not -> !addUp(matchTrace.parts().get(0)),
                        value -> matchTrace.holds(),
                        remoteHost -> matchTrace.holds());
    }

    @Provide
    Arbitrary<Condition> conditions() {
        Arbitrary<Condition> leaf = Arbitraries.of(
                YES, NO, attribute(Instances.MODALITY, "M?"), new RemoteHost(List.of(AddressRange.of("10.0.0.0/8"))));
        return Arbitraries.recursive(
                () -> leaf,
                inner -> Arbitraries.oneOf(
                        inner.map(Not::new), inner.list().ofMaxSize(3).map(AllOf::new)),
                0,
                4);
    }
}
