package org.dicomgateway.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.config.events.EventKind;
import tools.jackson.databind.json.JsonMapper;

/** Writes events as CloudEvents 1.0, in the structured mode of JSON. */
final class CloudEvent {

    static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final String TYPE = "org.dicomgateway.";
    private static final int ID_BYTES = 16;
    private static final JsonMapper JSON = JsonMapper.shared();

    private CloudEvent() {}

    /**
     * The event. The id follows from what it says: who made it, whom it is for, what happened to what, and how far that
     * went. So the same event, made again after a crash, has the same id.
     *
     * @param origin the name of the store of events
     * @param subject a path, such as {@code study/1.2.3}
     * @param mark tells this event from others of the same kind and subject
     */
    static EventStore.Draft of(
            String origin,
            String receiver,
            EventKind kind,
            String subject,
            Optional<String> study,
            String mark,
            Instant at,
            Map<String, Object> data) {
        String id = id(origin, receiver, kind, subject, mark);
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("specversion", "1.0");
        event.put("id", id);
        event.put("source", "urn:uuid:" + origin);
        event.put("type", TYPE + kind.word());
        event.put("subject", subject);
        event.put("time", at.truncatedTo(ChronoUnit.MILLIS).toString());
        event.put("datacontenttype", "application/json");
        event.put("data", data);
        return new EventStore.Draft(id, kind, subject, study, JSON.writeValueAsString(event));
    }

    private static String id(String origin, String receiver, EventKind kind, String subject, String mark) {
        String all = String.join("\n", origin, receiver, kind.word(), subject, mark);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
