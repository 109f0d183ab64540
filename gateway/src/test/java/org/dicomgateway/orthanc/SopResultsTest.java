package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.dicomgateway.dicom.values.Uid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SopResultsTest {

    private static final String JSON = "application/dicom+json";
    private static final String XML = "application/dicom+xml";

    @ParameterizedTest
    @CsvSource({JSON + ", 1000, true", JSON + ", 500000, false", XML + ", 1000, true", XML + ", 20000, false"})
    void an_answer_of_more_items_than_any_request_has_is_none(String type, int items, boolean read) {
        assertThat(SopResults.read(type, answer(type, items))).matches(results -> results.isPresent() == read);
    }

    @Test
    void what_is_said_of_the_last_of_a_thousand_is_found() {
        for (String type : new String[] {JSON, XML}) {
            assertThat(SopResults.read(type, answer(type, 1000)).orElseThrow().naming(Uid.of("1.2.3.999")))
                    .as(type)
                    .hasValue(new SopResults.Result(false, 0x0112));
        }
    }

    private static byte[] answer(String type, int items) {
        boolean json = type.equals(JSON);
        StringBuilder text = new StringBuilder(
                json
                        ? "{\"00081198\":{\"vr\":\"SQ\",\"Value\":["
                        : "<NativeDicomModel><DicomAttribute tag=\"00081198\" vr=\"SQ\">");
        for (int i = 0; i < items; i++) {
            text.append(json && i > 0 ? "," : "").append((json ? """
                            {"00081155":{"vr":"UI","Value":["1.2.3.%d"]},"00081197":{"vr":"US","Value":[274]}}""" : """
                            <Item number="1"><DicomAttribute tag="00081155" vr="UI"><Value>1.2.3.%d</Value></DicomAttribute>\
                            <DicomAttribute tag="00081197" vr="US"><Value>274</Value></DicomAttribute></Item>""").formatted(i));
        }
        text.append(json ? "]}}" : "</DicomAttribute></NativeDicomModel>");
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
