package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;

class OrthancIdTest {

    private static final Uid STUDY = Uid.of("1.2.3");
    private static final Uid SERIES = Uid.of("1.2.3.4");
    private static final Uid INSTANCE = Uid.of("1.2.3.4.5");

    @Test
    void an_instance_is_named_by_the_sha1_of_its_four_identifiers() {
        assertThat(OrthancId.ofInstance("P1", STUDY, SERIES, INSTANCE))
                .hasToString("7ec54ea4-03b563b4-f9817b30-214c8311-b67e0f83");
    }

    @Test
    void a_patient_is_named_by_the_sha1_of_its_id() {
        assertThat(OrthancId.ofPatient("P1")).hasToString("bdaf1eca-33d4619e-80e8ca68-9a1b74a4-febbbb29");
    }

    @Test
    void spaces_at_the_end_of_the_patient_id_do_not_count_but_those_before_it_do() {
        assertThat(OrthancId.ofStudy("P1  ", STUDY))
                .isEqualTo(OrthancId.ofStudy("P1", STUDY))
                .isNotEqualTo(OrthancId.ofStudy(" P1", STUDY));
    }

    @Test
    void a_missing_patient_id_counts_as_empty() {
        assertThat(OrthancId.ofPatient("")).hasToString("da39a3ee-5e6b4b0d-3255bfef-95601890-afd80709");
    }

    @Test
    void what_could_change_a_URL_is_no_id() {
        assertThatThrownBy(() -> new OrthancId("../../system"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("five groups of eight hex digits");
    }
}
