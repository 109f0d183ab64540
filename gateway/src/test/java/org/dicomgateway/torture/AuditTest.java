package org.dicomgateway.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.testkit.OrthancIds;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The reckoning finds what is wrong. */
class AuditTest {

    private static final OrthancId ID = OrthancIds.ofInstance("P1", Uid.of("1.2"), Uid.of("1.2.3"), Uid.of("1.2.3.4"));

    private static final List<Sent> VERSIONS = List.of(
            new Sent(ID, "1.2.3.4", true, 1, 100, "aa", true), new Sent(ID, "1.2.3.4", true, 2, 200, "bb", true));

    private static String delivered(long bytes, String destination) {
        return "2026-01-01T00:00:00.000Z event=delivered sop=1.2.3.4 study=1.2 calling=M called=G remote=127.0.0.1 bytes="
                + bytes + " route=ct destination=" + destination + " attempt=1 ms=5 status=0x0000";
    }

    @Test
    void an_old_version_after_a_newer_one_is_found_where_it_came_and_nowhere_else() {
        assertThat(Audit.order(List.of(delivered(100, "one"), delivered(200, "one"), delivered(100, "two")), VERSIONS))
                .isEmpty();
        assertThat(Audit.order(List.of(delivered(200, "one"), delivered(200, "one"), delivered(100, "two")), VERSIONS))
                .isEmpty();
        assertThat(Audit.order(List.of(delivered(200, "one"), delivered(100, "one")), VERSIONS))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("out of order: 1.2.3.4 at one got version 1 after 2")
                .contains(delivered(200, "one"), delivered(100, "one"));
    }

    @Test
    void what_no_server_can_take_must_be_parked_for_each() {
        Map<String, Long> parked = Audit.parked(JsonMapper.shared().readTree("""
                        [{"sopInstanceUid": "1.2.9", "destination": "one"},
                         {"sopInstanceUid": "1.2.9", "destination": "two"},
                         {"sopInstanceUid": "1.2.8", "destination": "two"}]"""));
        assertThat(Audit.poison(parked, Set.of("1.2.9"), 2)).isEmpty();
        assertThat(Audit.poison(parked, Set.of("1.2.8", "1.2.9"), 2))
                .containsExactly("poison: 1.2.8 is parked for 1 servers of 2");
    }

    @Test
    void who_is_shown_down_is_named() {
        assertThat(Audit.down(JsonMapper.shared().readTree("""
                                {"destinations": [{"name": "one", "health": {"state": "down"}},
                                                  {"name": "two", "health": {"state": "degraded"}}]}"""))).containsExactly("one");
    }
}
