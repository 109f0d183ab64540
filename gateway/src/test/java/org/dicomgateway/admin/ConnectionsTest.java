package org.dicomgateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.dicomgateway.admin.server.Connections;
import org.dicomgateway.admin.server.HttpLimits;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicLong now = new AtomicLong();
    private final Connections connections = new Connections(new HttpLimits(10, PATIENCE, 1000, 1000, 1), now::get);

    /** Of some address. */
    private static final class Caller extends ByteArrayEndPoint {
        private final String host;

        private Caller(String host) {
            super(new ScheduledExecutorScheduler(), 0);
            this.host = host;
        }

        @Override
        public SocketAddress getRemoteSocketAddress() {
            return InetSocketAddress.createUnresolved(host, 1);
        }
    }

    @Test
    void for_one_too_many_the_one_that_waited_longest_is_closed_of_the_address_that_has_most() {
        Caller single = connect("192.0.2.1");
        List<Caller> many = connect("192.0.2.2", 9);
        Caller newcomer = connect("192.0.2.3");
        assertThat(many).filteredOn(Caller::isOpen).hasSize(8).doesNotContain(many.get(0));
        assertThat(single.isOpen()).isTrue();
        assertThat(newcomer.isOpen()).isTrue();
        assertThat(connections.size()).isEqualTo(10);
    }

    @Test
    void a_flood_leaves_as_many_as_there_may_be_even_before_the_closed_ones_have_told() {
        List<Caller> flood = connect("192.0.2.2", 1000);
        assertThat(flood).filteredOn(Caller::isOpen).hasSize(10);
    }

    @Test
    void one_whose_request_is_being_worked_on_is_not_closed() {
        List<Caller> busy = connect("192.0.2.2", 10);
        busy.forEach(connections::working);
        Caller newcomer = connect("192.0.2.2");
        assertThat(busy).allMatch(Caller::isOpen);
        assertThat(newcomer.isOpen()).isFalse();
        later(PATIENCE.multipliedBy(10));
        assertThat(busy).allMatch(Caller::isOpen);
    }

    @Test
    void who_keeps_us_waiting_for_a_request_or_for_the_answer_to_be_taken_is_closed_in_time() {
        Caller silent = connect("192.0.2.2");
        Caller slowReader = connect("192.0.2.2");
        Caller honest = connect("192.0.2.2");
        later(PATIENCE.dividedBy(2));
        connections.working(slowReader);
        connections.answering(slowReader, 500);
        connections.working(honest);
        connections.answering(honest, 100);
        connections.answered(honest);
        later(PATIENCE.dividedBy(2).plusSeconds(1));
        assertThat(silent.isOpen()).isFalse();
        assertThat(slowReader.isOpen()).isTrue();
        later(PATIENCE.dividedBy(2));
        assertThat(slowReader.isOpen()).isFalse();
        assertThat(honest.isOpen()).isFalse();
    }

    @Test
    void when_too_much_is_left_unread_the_slowest_readers_are_closed() {
        List<Caller> readers = connect("192.0.2.2", 4);
        for (Caller reader : readers) {
            connections.working(reader);
            connections.answering(reader, 400);
            now.incrementAndGet();
        }
        assertThat(readers).filteredOn(Caller::isOpen).containsExactly(readers.get(2), readers.get(3));
    }

    private void later(Duration time) {
        now.addAndGet(time.toNanos());
        connections.closeOverdue();
    }

    private List<Caller> connect(String host, int times) {
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            callers.add(connect(host));
        }
        return callers;
    }

    private Caller connect(String host) {
        Caller caller = new Caller(host);
        now.incrementAndGet();
        connections.opened(caller);
        return caller;
    }
}
