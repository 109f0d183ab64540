package org.dicomgateway.testkit.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.dicomgateway.testkit.Dcmtk;
import org.dicomgateway.testkit.FreePorts;
import org.junit.jupiter.api.Test;

class FreePortsTest {

    private static final int RANGE = 2_000;

    @Test
    void another_JVM_that_runs_at_the_same_time_has_another_range() {
        int mine = FreePorts.next();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String[] command = {"-cp", System.getProperty("java.class.path"), FreePortsTest.class.getName()};
        int others = Integer.parseInt(Dcmtk.run(java, command).orFail().output().strip());
        assertThat(others / RANGE).isNotEqualTo(mine / RANGE);
    }

    /** Of the other JVM. */
    public static void main(String... none) {
        System.out.println(FreePorts.next());
    }
}
