package org.dicomgateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {

    private final AtomicLong now = new AtomicLong();
    private final FailedLogins failedLogins = new FailedLogins(now::get);
    private final InetAddress source = address("192.0.2.1");

    @Test
    void some_mistakes_cost_nothing_and_each_further_one_twice_as_much() {
        wrong(4);
        assertThat(failedLogins.closedFor(source, "anna")).isZero();
        wrong(1);
        assertThat(failedLogins.closedFor(source, "anna")).isEqualTo(Duration.ofSeconds(1));
        wrong(1);
        assertThat(failedLogins.closedFor(source, "anna")).isEqualTo(Duration.ofSeconds(2));
        wrong(1000);
        assertThat(failedLogins.closedFor(source, "anna")).isEqualTo(Duration.ofSeconds(256));
        now.addAndGet(Duration.ofSeconds(256).toNanos());
        assertThat(failedLogins.closedFor(source, "anna")).isZero();
    }

    @Test
    void a_source_pays_for_itself_alone_and_is_forgiven_when_it_is_right() {
        wrong(6);
        assertThat(failedLogins.closedFor(address("192.0.2.2"), "anna")).isZero();
        failedLogins.right(source, "anna");
        assertThat(failedLogins.closedFor(source, "anna")).isZero();
    }

    @Test
    void a_network_of_IPv6_is_one_source() {
        for (int host = 1; host <= 6; host++) {
            failedLogins.wrong(address("2001:db8::" + host), "anna");
        }
        assertThat(failedLogins.closedFor(address("2001:db8::7"), "anna")).isPositive();
        assertThat(failedLogins.closedFor(address("2001:db8:0:1::7"), "anna")).isZero();
    }

    private void wrong(int times) {
        for (int i = 0; i < times; i++) {
            failedLogins.wrong(source, "anna");
        }
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
