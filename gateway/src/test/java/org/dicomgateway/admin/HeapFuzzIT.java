package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.dicomgateway.testkit.jvm.HeapFuzzer;
import org.dicomgateway.testkit.jvm.HeapFuzzer.Worst;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whatever is sent to the operators' interface before it asks who calls, it holds little heap: see {@link HeapFuzzer}.
 */
class HeapFuzzIT {

    private static final int TRIES = Integer.getInteger("fuzz.tries", 6);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long MOST = 256 << 10;

    @RegisterExtension
    private final AdminAtAPort admin = new AdminAtAPort();

    /** Length of the path, of the query, headers, their length, of the body, and how much of the end is held back. */
    @Test
    void a_request_line_headers_and_a_body_hold_little_heap() throws Exception {
        Worst worst = new HeapFuzzer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), admin.port()),
                        HeapFuzzIT::request,
                        new int[] {20_000, 20_000, 2_000, 20_000, 100_000, 3},
                        SEED,
                        () -> {})
                .mostExpensive(TRIES);
        System.out.println("HeapFuzzIT: HTTP: " + worst);
        assertThat(worst.heap()).as(worst.toString()).isLessThan(MOST);
    }

    private static byte[] request(int[] genes) {
        StringBuilder text = new StringBuilder("POST /");
        text.append("a".repeat(genes[0]))
                .append('?')
                .append("b=".repeat(genes[1] / 2))
                .append(" HTTP/1.1\r\n");
        text.append("Host: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ")
                .append(genes[4] + 1)
                .append("\r\n");
        for (int i = 0; i < genes[2] && text.length() < 200_000; i++) {
            text.append('h').append(i).append(": ").append("v".repeat(genes[3])).append("\r\n");
        }
        text.append("\r\n").append("[".repeat(genes[4]));
        byte[] all = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.copyOf(all, all.length - genes[5]);
    }
}
