package org.dicomgateway.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.dicom.acceptor.AssociationRequest;
import org.dicomgateway.dicom.values.AeTitle;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.UserIdentity;
import org.dicomgateway.dicom.values.UserIdentity.Kind;
import org.dicomgateway.security.PasswordGate;
import org.dicomgateway.security.PasswordHash;
import org.dicomgateway.security.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentitiesTest {

    /** Of {@code right}, with few iterations. */
    private static final PasswordHash HASH = PasswordHash.of(
            "pbkdf2-sha512:10000:MDEyMzQ1Njc4OWFiY2RlZg==:1rtiPSshMliLVPNaHIY0xaJi6bsWHwE/37tdJFc6Ma4=");

    private static final Map<String, Optional<PasswordHash>> USERS =
            Map.of("alice", Optional.of(HASH), "kiosk", Optional.empty());

    private final AtomicInteger checks = new AtomicInteger();
    private Duration now = Duration.ZERO;

    /** The real check is slow on purpose; {@link #a_real_hash_is_checked} makes it. */
    private final Identities identities = new Identities(
            USERS,
            hashes -> new PasswordGate(hashes, () -> now.toNanos(), (hash, passcode) -> {
                checks.incrementAndGet();
                return passcode.value().equals("right");
            }));

    @Test
    void a_real_hash_is_checked() {
        Identities real = new Identities(USERS, () -> now.toNanos());
        assertThat(real.check(passcode("10.0.0.1", "alice", "right")).user()).contains("alice");
        assertThat(real.check(passcode("10.0.0.1", "alice", "wrong")).user()).isEmpty();
    }

    @Test
    void right_wrong_unknown_missing() {
        assertThat(identities.check(passcode("10.0.0.1", "alice", "right")).user())
                .contains("alice");
        assertThat(identities.check(passcode("10.0.0.1", "alice", "wrong")).rejection())
                .get()
                .satisfies(
                        no -> assertThat(no).hasToString("1/1/1 (user identity: wrong user or passcode, user alice)"));
        assertThat(identities.check(passcode("10.0.0.1", "mallory", "right")).rejection())
                .isPresent();
        assertThat(identities.check(request("10.0.0.1", Optional.empty()))).satisfies(nobody -> {
            assertThat(nobody.user()).isEmpty();
            assertThat(nobody.rejection()).isEmpty();
        });
    }

    @Test
    void a_name_alone_is_enough_only_for_whom_it_is() {
        assertThat(identities.check(name("10.0.0.1", "kiosk")).user()).contains("kiosk");
        assertThat(identities.check(name("10.0.0.1", "alice")).rejection()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Alice",
                "ALICE",
                "alice ",
                " alice",
                "alice\0",
                "alice\0x",
                "\u0430lice",
                "al\u200Bice",
                "",
                "none"
            })
    void a_user_who_is_written_otherwise_is_another(String user) {
        assertThat(identities.check(passcode("10.0.0.1", user, "right")).rejection())
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Right", "right ", "righ", "rightright", "\u0433ight"})
    void a_passcode_that_is_written_otherwise_is_wrong(String written) {
        Identities real = new Identities(USERS, () -> now.toNanos());
        assertThat(real.check(passcode("10.0.0.1", "alice", written)).rejection())
                .isPresent();
    }

    @Test
    void a_ticket_of_a_kind_that_is_not_verified_makes_nobody_of_who_shows_it() {
        UserIdentity ticket = new UserIdentity(Kind.OTHER, "alice", Optional.of(new Secret("right")));
        assertThat(identities.check(request("10.0.0.1", Optional.of(ticket))).user())
                .isEmpty();
    }

    @Test
    void an_unknown_user_costs_as_much_as_a_known_one() {
        identities.check(passcode("10.0.0.1", "mallory", "guess"));
        assertThat(checks).hasValue(1);
    }

    @Test
    void without_users_what_senders_say_of_them_is_ignored() {
        Identities none = new Identities(Map.of(), () -> now.toNanos());
        assertThat(none.check(passcode("10.0.0.1", "alice", "wrong")).rejection())
                .isEmpty();
    }

    @Test
    void what_was_right_once_is_not_checked_again() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(identities.check(passcode("10.0.0.1", "alice", "right")).user())
                    .contains("alice");
        }
        assertThat(checks).hasValue(1);
    }

    @Test
    void a_hundred_thousand_guesses_cost_a_few_checks() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(identities
                            .check(passcode("10.0.0.1", "alice", "guess" + i))
                            .user())
                    .isEmpty();
        }
        assertThat(checks).hasValue(5);
    }

    @Test
    void guessing_for_hours_costs_a_check_every_four_minutes() {
        int guesses = 100_000;
        Duration between = Duration.ofMillis(500);
        for (int i = 0; i < guesses; i++) {
            now = now.plus(between);
            identities.check(passcode("10.0.0.1", "alice", "guess" + i));
        }
        long blocks = between.multipliedBy(guesses).dividedBy(Duration.ofSeconds(256));
        assertThat(checks.get()).isBetween((int) blocks, (int) blocks + 15);
    }

    @Test
    void who_guesses_is_refused_unheard_and_keeps_out_nobody_else() {
        for (int i = 0; i < 20; i++) {
            identities.check(passcode("10.0.0.1", "alice", "guess"));
        }
        assertThat(identities.check(passcode("10.0.0.1", "alice", "right")).rejection())
                .get()
                .satisfies(no -> {
                    assertThat(no.isTransient()).isTrue();
                    assertThat(no.text()).contains("too many wrong passcodes from 10.0.0.1 for this user");
                });
        assertThat(identities.check(passcode("10.0.0.2", "alice", "right")).user())
                .contains("alice");
        now = now.plusSeconds(2);
        assertThat(identities.check(passcode("10.0.0.1", "alice", "right")).user())
                .contains("alice");
    }

    @Test
    void one_address_that_guesses_on_many_associations_keeps_no_other_out() throws Exception {
        Identities slow = new Identities(
                USERS,
                hashes -> new PasswordGate(hashes, System::nanoTime, (hash, passcode) -> {
                    try {
                        Thread.sleep(200);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return passcode.value().equals("right");
                }));
        ExecutorService guessers = Executors.newFixedThreadPool(40);
        AtomicInteger names = new AtomicInteger();
        try {
            for (int i = 0; i < 40; i++) {
                guessers.execute(() -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        slow.check(passcode("10.0.0.1", "user" + names.incrementAndGet(), "guess"));
                    }
                });
            }
            await().until(() -> names.get() > 50);
            for (int i = 2; i < 7; i++) {
                assertThat(slow.check(passcode("10.0.0." + i, "alice", "right")).user())
                        .contains("alice");
            }
        } finally {
            guessers.shutdownNow();
        }
    }

    @Test
    void an_IPv6_network_counts_as_one_address() {
        for (int i = 0; i < 20; i++) {
            identities.check(passcode("2001:db8:0:1::" + i, "alice", "guess"));
        }
        assertThat(checks).hasValue(5);
        assertThat(identities
                        .check(passcode("2001:db8:0:2::1", "alice", "right"))
                        .user())
                .contains("alice");
    }

    private static AssociationRequest passcode(String host, String user, String passcode) {
        return request(
                host,
                Optional.of(new UserIdentity(Kind.USERNAME_AND_PASSCODE, user, Optional.of(new Secret(passcode)))));
    }

    private static AssociationRequest name(String host, String user) {
        return request(host, Optional.of(new UserIdentity(Kind.USERNAME, user, Optional.empty())));
    }

    private static AssociationRequest request(String host, Optional<UserIdentity> identity) {
        return new AssociationRequest(
                new Origin(AeTitle.of("CT1"), AeTitle.of("GATEWAY"), host), 1, Optional.empty(), identity);
    }
}
