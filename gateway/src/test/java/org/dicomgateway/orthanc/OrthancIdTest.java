package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OrthancIdTest {

    @Test
    void what_could_change_a_URL_is_no_id() {
        assertThatThrownBy(() -> new OrthancId("../../system"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("five groups of eight hex digits");
    }
}
