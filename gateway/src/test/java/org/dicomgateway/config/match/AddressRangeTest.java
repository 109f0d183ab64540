package org.dicomgateway.config.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3,        10.1.2.3,         true",
        "10.1.2.3,        10.1.2.4,         false",
        "10.1.0.0/16,     10.1.255.255,     true",
        "10.1.0.0/16,     10.2.0.0,         false",
        "10.1.2.128/25,   10.1.2.200,       true",
        "10.1.2.128/25,   10.1.2.100,       false",
        "0.0.0.0/0,       192.168.1.1,      true",
        "0.0.0.0/0,       ::1,              false",
        "::/0,            fd00::1,          true",
        "::/0,            10.0.0.1,         false",
        "fd00:1::/32,     fd00:1:2::3,      true",
        "fd00:1::/32,     fd00:2::1,        false",
        "fe80::/10,       fe80::1%eth0,     true",
        "::1,             0:0:0:0:0:0:0:1,  true",
        "10.0.0.0/8,      ::ffff:10.1.2.3,  true",
        "10.0.0.0/8,      not an address,   false",
        "10.0.0.0/8,      '',               false",
        "10.0.0.0/8,      10.1.2,           false",
        "10.0.0.0/8,      localhost,        false"
    })
    void an_address_lies_in_the_range_or_not(String range, String address, boolean contained) {
        assertThat(contains(AddressRange.of(range), address)).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "pacs.example.org",
                "10.1.2",
                "10.1.2.3.4",
                "10.1.2.256",
                "01.2.3.4",
                "10.1.2.3.",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10.0.0.0/x",
                "::/129",
                "10.0.0.1/8",
                "fd00::1/8",
                "fe80::1%eth0",
                ":",
                "1:2"
            })
    void what_is_no_range_is_refused(String text) {
        assertThatThrownBy(() -> AddressRange.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void equal_ranges_are_equal_however_they_are_written() {
        assertThat(AddressRange.of("::1")).isEqualTo(AddressRange.of("0:0::0:1/128"));
        assertThat(AddressRange.of("10.0.0.0/8")).isNotEqualTo(AddressRange.of("10.0.0.0/9"));
    }

    @Property
    void a_range_of_IPv4_says_what_arithmetic_says(
            @ForAll int network, @ForAll int address, @ForAll @IntRange(min = 0, max = 32) int prefix) {
        int mask = prefix == 0 ? 0 : -1 << (32 - prefix);
        AddressRange range = AddressRange.of(dotted(network & mask) + "/" + prefix);
        assertThat(contains(range, dotted(address))).isEqualTo((address & mask) == (network & mask));
        assertThat(contains(range, dotted((network & mask) | (address & ~mask))))
                .isTrue();
    }

    private static boolean contains(AddressRange range, String address) {
        return IpAddress.ofPeer(address).filter(range::contains).isPresent();
    }

    private static String dotted(int address) {
        return "%d.%d.%d.%d".formatted(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
    }
}
