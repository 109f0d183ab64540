package org.dicomgateway.receive.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.dicomgateway.config.settings.ListenerSettings.Web.Jwt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static RSAKey rsa;
    private static ECKey elliptic;
    private static RSAKey another;

    @TempDir
    private Path folder;

    private Tokens tokens;

    @BeforeAll
    static void makeKeys() throws JOSEException {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        elliptic = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        another = new RSAKeyGenerator(2048).keyID("rsa").generate();
    }

    @BeforeEach
    void publish() throws IOException {
        Path file = folder.resolve("keys.json");
        Files.writeString(file, keys());
        tokens = tokens(file.toUri());
    }

    private static String keys() {
        return new JWKSet(List.of(rsa.toPublicJWK(), elliptic.toPublicJWK())).toString();
    }

    private static Tokens tokens(URI keys) {
        return new Tokens(new Jwt("https://issuer.example", "gateway", keys), () -> NOW);
    }

    /** Publishes the keys, and counts how often they are fetched. */
    private static HttpServer issuer(AtomicInteger fetched) throws IOException {
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", exchange -> {
            fetched.incrementAndGet();
            byte[] body = keys().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
        return issuer;
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer.example")
                .audience("gateway")
                .subject("ct-7")
                .expirationTime(Date.from(NOW.plusSeconds(300)));
    }

    private static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet claims) throws JOSEException {
        SignedJWT token = new SignedJWT(header, claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
        return signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(), new RSASSASigner(rsa), claims.build());
    }

    private void assertRefused(String token) {
        assertThatThrownBy(() -> tokens.subject(token)).isInstanceOf(Tokens.RefusedException.class);
    }

    @Test
    void a_token_that_is_signed_by_the_issuer_for_this_audience_is_taken() throws Exception {
        assertThat(tokens.subject(signed(claims()))).isEqualTo("ct-7");
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID("ec")
                .type(new JOSEObjectType("at+jwt"))
                .build();
        assertThat(tokens.subject(signed(header, new ECDSASigner(elliptic), claims().build())))
                .isEqualTo("ct-7");
    }

    @Test
    void another_key_of_the_same_name_is_not_taken() throws Exception {
        assertRefused(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(),
                new RSASSASigner(another),
                claims().build()));
    }

    @Test
    void an_unknown_key_is_not_taken() throws Exception {
        assertRefused(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("nobody").build(),
                new RSASSASigner(another),
                claims().build()));
    }

    @Test
    void a_key_that_the_token_brings_itself_is_not_taken() throws Exception {
        assertRefused(signed(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .jwk(another.toPublicJWK())
                        .build(),
                new RSASSASigner(another),
                claims().build()));
    }

    @Test
    void other_algorithms_are_not_taken() throws Exception {
        assertRefused(new PlainJWT(claims().build()).serialize());
        for (JWSAlgorithm other : List.of(JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
            assertRefused(
                    signed(new JWSHeader.Builder(other).keyID("rsa").build(), new RSASSASigner(rsa), claims().build()));
        }
    }

    /** The public key, which everybody knows, as the secret of an HMAC. */
    @Test
    void a_public_key_is_no_secret() throws Exception {
        for (byte[] secret : List.of(
                rsa.toPublicKey().getEncoded(), rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8))) {
            assertRefused(signed(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                    new MACSigner(secret),
                    claims().build()));
        }
    }

    @Test
    void a_token_has_its_time_within_a_minute() throws Exception {
        assertThat(tokens.subject(signed(claims().expirationTime(Date.from(NOW.minusSeconds(50))))))
                .isEqualTo("ct-7");
        assertRefused(signed(claims().expirationTime(Date.from(NOW.minusSeconds(70)))));
        assertThat(tokens.subject(signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(50))))))
                .isEqualTo("ct-7");
        assertRefused(signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(70)))));
    }

    @Test
    void a_token_that_never_expires_is_not_taken() throws Exception {
        assertRefused(signed(claims().expirationTime(null)));
    }

    @Test
    void a_token_of_another_issuer_for_others_or_of_nobody_is_not_taken() throws Exception {
        assertRefused(signed(claims().issuer("https://another.example")));
        assertRefused(signed(claims().audience("another")));
        assertRefused(signed(claims().audience((String) null)));
        assertRefused(signed(claims().subject(null)));
        assertRefused(signed(claims().subject("x".repeat(65))));
    }

    @Test
    void what_is_no_token_is_not_taken() throws Exception {
        assertRefused("");
        assertRefused("..");
        assertRefused("a.b.c");
        String token = signed(claims());
        assertRefused(token.substring(0, token.length() - 8));
        assertRefused(token.substring(0, token.lastIndexOf('.') + 1));
    }

    @Test
    void keys_are_fetched_once_and_without_them_no_token_is_taken() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        HttpServer issuer = issuer(fetched);
        URI place = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
        Tokens fetching = tokens(place);
        assertThat(fetching.subject(signed(claims()))).isEqualTo("ct-7");
        assertThat(fetching.subject(signed(claims()))).isEqualTo("ct-7");
        assertThat(fetched).hasValue(1);
        issuer.stop(0);

        assertThatThrownBy(() -> tokens(place).subject(signed(claims()))).isInstanceOf(IOException.class);
        assertThat(fetching.subject(signed(claims())))
                .as("it still has the keys")
                .isEqualTo("ct-7");
    }

    /** The issuer is not asked for each of them: that it was, a moment ago, is known. */
    @Test
    void tokens_of_made_up_keys_are_refused_one_after_the_other() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        HttpServer issuer = issuer(fetched);
        tokens = tokens(URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys"));
        for (int i = 0; i < 10; i++) {
            assertRefused(signed(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("made-up-" + i)
                            .build(),
                    new RSASSASigner(another),
                    claims().build()));
        }
        assertThat(tokens.subject(signed(claims()))).isEqualTo("ct-7");
        assertThat(fetched.get()).isLessThan(4);
        issuer.stop(0);
    }

    /** Nobody knows whether they are valid: the sender is not at fault, however often it tries. */
    @Test
    void while_the_issuer_is_down_and_no_keys_are_there_nobody_is_at_fault() throws Exception {
        HttpServer issuer = issuer(new AtomicInteger());
        Tokens fetching =
                tokens(URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys"));
        issuer.stop(0);
        for (int i = 0; i < 10; i++) {
            String token = signed(claims());
            assertThatThrownBy(() -> fetching.subject(token)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void an_issuer_that_does_not_answer_is_given_up() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Tokens fetching = tokens(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/keys"));
            long begin = System.nanoTime();
            String token = signed(claims());
            assertThatThrownBy(() -> fetching.subject(token)).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void without_the_file_no_token_is_taken() throws Exception {
        Tokens lost = tokens(folder.resolve("missing.json").toUri());
        String token = signed(claims());
        assertThatThrownBy(() -> lost.subject(token)).isInstanceOf(IOException.class);
    }
}
