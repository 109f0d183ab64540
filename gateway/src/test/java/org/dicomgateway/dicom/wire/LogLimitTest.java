package org.dicomgateway.dicom.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.testkit.LogLines;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogLimitTest {

    @Test
    void a_flood_is_told_in_a_few_lines_and_counted() {
        AtomicLong now = new AtomicLong();
        try (LogLines lines = new LogLines("limited")) {
            LogLimit limit = new LogLimit(LoggerFactory.getLogger("limited"), now::get);
            for (int i = 0; i < 1_582; i++) {
                limit.info("stranger {}", i);
            }
            assertThat(lines.all()).hasSize(50);
            limit.tellWhatWasLeft();
            assertThat(lines.all()).hasSize(50);

            now.addAndGet(Duration.ofSeconds(10).toNanos());
            limit.info("stranger {}", "again");
            assertThat(lines.all()).hasSize(52);
            assertThat(lines.all().get(50)).contains("1532 more peers");
            assertThat(lines.all().get(51)).contains("stranger again");
        }
    }
}
