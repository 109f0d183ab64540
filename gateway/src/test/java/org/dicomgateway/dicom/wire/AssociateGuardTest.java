package org.dicomgateway.dicom.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.dicomgateway.dicom.AssociateBody.ascii;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.aoju.bus.image.metric.internal.pdu.AAbort;
import org.dicomgateway.dicom.AssociateBody;
import org.dicomgateway.dicom.WorstRequests;
import org.junit.jupiter.api.Test;

class AssociateGuardTest {

    @Test
    void what_real_senders_ask_for_passes() {
        assertPasses(request(128, 4).user(user -> {})); // every storage class, as some toolkits propose it
        assertPasses(request(128, 18).user(user -> {}));
        assertPasses(request(1, 62).user(user -> {})); // every transfer syntax that there is
        assertPasses(request(64, 32).user(user -> {
            IntStream.range(0, 128).forEach(i -> user.role("1.2.840.10008.5.1.4.1.1." + i));
            IntStream.range(0, 128).forEach(i -> user.extended("1.2.840.10008.5.1.4.1.1." + i, 6));
            user.item(0x52, ascii("1.2.3")).item(0x53, new byte[4]).item(0x55, ascii("NAME"));
            user.identity(2, ascii("user"), ascii("passcode"));
        }));
    }

    @Test
    void whatever_the_worst_requests_within_the_bounds_are_they_pass() {
        WorstRequests.withinAllBounds("X")
                .values()
                .forEach(pdu -> assertThatCode(() -> inspect(Arrays.copyOfRange(pdu, 6, pdu.length), 1_000))
                        .doesNotThrowAnyException());
    }

    @Test
    void one_more_of_anything_than_there_can_be_is_refused() {
        assertRefused(body().user(user -> IntStream.range(0, 129).forEach(i -> user.role("1." + i))), "role");
        assertRefused(
                body().user(user -> IntStream.range(0, 129).forEach(i -> user.extended("1." + i, 0))), "extended");
        assertRefused(
                body().user(user -> IntStream.range(0, 129).forEach(i -> user.commonExtended("1." + i, 0))),
                "extended");
        assertRefused(body().user(user -> IntStream.range(0, 17).forEach(i -> user.item(0x52, ascii("1")))), "other");
        assertRefused(request(129, 1).user(user -> {}), "presentation contexts");
        assertRefused(body().context(1, "1.2", Collections.nCopies(129, "1.2")).user(user -> {}), "transfer syntaxes");
        assertRefused(request(122, 21, 3).user(user -> {}), "transfer syntaxes");
        assertRefused(body().user(user -> {}).user(user -> {}), "user information");
        assertRefused(body(), "no user information");
    }

    @Test
    void more_than_64_KiB_are_refused_before_a_byte_of_it_is_read() {
        assertThatThrownBy(() -> new AssociateGuard((1 << 16) + 1)).isInstanceOf(AAbort.class);
        assertThatThrownBy(() -> new AssociateGuard(67)).isInstanceOf(AAbort.class);
        assertThatCode(() -> new AssociateGuard(1 << 16)).doesNotThrowAnyException();
    }

    @Test
    void an_item_that_the_toolkit_would_measure_in_another_way_is_refused() {
        assertRefused(body().item(0x50, user -> user.item(0x51, new byte[20])), "maximum length");
        assertRefused(body().user(user -> user.item(0x53, new byte[8])), "operations");
        assertRefused(body().user(user -> user.item(0x54, new byte[] {0, 9, '1', '.', '2', 1, 0})), "UID does not fit");
        assertRefused(body().user(user -> user.item(0x54, new byte[] {0, 1, '1'})), "incomplete");
        assertRefused(body().item(0x50, user -> user.bytes(new byte[] {0x52, 0, 0, 9, '1'})), "longer than its item");
        assertRefused(body().bytes(new byte[] {0x50, 0, 0, 9, 0}), "longer than the PDU");
        assertRefused(body().item(0x20, new byte[3]).user(user -> {}), "incomplete");
        assertRefused(
                body().item(
                                0x20,
                                context -> context.bytes(new byte[] {1, 0, 0, 0})
                                        .item(0x30, ascii("1.2"))
                                        .item(0x30, ascii("1.3")))
                        .user(user -> {}),
                "two abstract syntaxes");
        assertRefused(body().user(user -> {}).bytes(new byte[] {0x10, 0}), "incomplete");
    }

    @Test
    void extended_negotiations_are_hidden_from_the_toolkit_and_nothing_else_is_changed() throws Exception {
        Consumer<AssociateBody> shown = user -> user.role("1.2").item(0x52, ascii("1.2.3"));
        byte[] body = body().user(shown.andThen(user -> user.extended("1.2", 3).commonExtended("1.2", 2)))
                .toByteArray();
        byte[] expected = body().user(shown.andThen(
                        user -> user.item(0xFF, extendedValue("1.2", 3)).item(0xFF, commonExtendedValue("1.2", 2))))
                .toByteArray();
        for (int at = 1; at < 40; at++) {
            assertThat(inspect(body, at)).isEqualTo(expected);
        }
    }

    private static byte[] extendedValue(String sopClass, int length) {
        return valueOf(AssociateBody.of("A", "B").extended(sopClass, length));
    }

    private static byte[] commonExtendedValue(String sopClass, int related) {
        return valueOf(AssociateBody.of("A", "B").commonExtended(sopClass, related));
    }

    /** Of the only item: without the fixed fields and its header. */
    private static byte[] valueOf(AssociateBody body) {
        return Arrays.copyOfRange(body.toByteArray(), 68 + 4, body.length());
    }

    private static AssociateBody body() {
        return AssociateBody.of("GATEWAY", "CT")
                .item(AssociateBody.APPLICATION_CONTEXT, ascii("1.2.840.10008.3.1.1.1"));
    }

    private static AssociateBody request(int contexts, int syntaxes) {
        return request(contexts, syntaxes, 22);
    }

    private static AssociateBody request(int contexts, int syntaxes, int length) {
        AssociateBody body = body();
        for (int i = 0; i < contexts; i++) {
            List<String> each = new ArrayList<>();
            for (int k = 0; k < syntaxes; k++) {
                each.add("1.2.840.10008.1.2.4.10".substring(0, length));
            }
            body.context(2 * i + 1, "1.2.840.10008.5.1.4.1.1.2", each);
        }
        return body;
    }

    private static void assertPasses(AssociateBody body) {
        assertThatCode(() -> inspect(body.toByteArray(), 777)).doesNotThrowAnyException();
    }

    private static void assertRefused(AssociateBody body, String why) {
        for (int atOnce : new int[] {1, 7, 4096}) {
            assertThatThrownBy(() -> inspect(body.toByteArray(), atOnce))
                    .isInstanceOf(AAbort.class)
                    .cause()
                    .hasMessageContaining(why);
        }
    }

    private static byte[] inspect(byte[] body, int atOnce) throws IOException {
        byte[] bytes = body.clone();
        AssociateGuard guard = new AssociateGuard(bytes.length);
        for (int from = 0; from < bytes.length; from += atOnce) {
            guard.inspect(bytes, from, Math.min(bytes.length, from + atOnce));
        }
        return bytes;
    }
}
