package org.dicomgateway.observe;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.dicomgateway.dicom.acceptor.RefusedPeer;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.dicom.values.TransferSyntax;
import org.dicomgateway.dicom.values.Uid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The forward log: one line for each received instance and for each outcome of a delivery. A line has the form {@code
 * key=value}, in this order of keys. Only this class writes to the logger {@value #LOGGER}. Values from the network
 * are identifiers of restricted character sets; other values are made printable here. Patient data is never logged.
 */
public final class ForwardLog {

    /** The logger's name, for {@code logback.xml}. */
    public static final String LOGGER = "forward";

    private static final int MAX_REASON_LENGTH = 300;
    private static final int MAX_LABEL = 64;
    private static final int MAX_TITLE = 16;
    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    /** The events of the forward log. */
    public enum Event {
        /** An instance is durable and was answered with success. */
        RECEIVED,
        /**
         * The gateway answered with a failure status, or the association ended before the instance was complete.
         * Nothing is kept.
         */
        REFUSED,
        /** A sender got no association. One line can stand for many rejections. */
        REJECTED,
        /** An instance is durable, and no route applied to it. */
        HELD,
        /** The destination received the instance. */
        DELIVERED,
        /** A delivery will be tried again. */
        RETRY,
        /** The destination did not take the instance. As the route says, another destination gets it. */
        PASSED_ON,
        /** The delivery stopped. It continues only when an operator retries it. */
        PARKED,
        /** An operator ended the delivery for good. */
        DISCARDED,
        /** The delivery is not made, because a newer version of the instance was sent to the destination before. */
        SUPERSEDED;

        private final String text = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * The instance that a line is about.
     *
     * @param sopInstance its SOP Instance UID
     * @param studyInstanceUid its Study Instance UID, as sent, or empty
     * @param origin the association that brought it
     * @param bytes length of its dataset; -1 when unknown
     * @param receivedAt when it was received, if known
     * @param accessionNumber for listeners; never in a line
     * @param modality for listeners
     */
    public record Subject(
            Uid sopInstance,
            String studyInstanceUid,
            Origin origin,
            long bytes,
            Optional<Instant> receivedAt,
            String accessionNumber,
            String modality) {

        /** An instance that was not received: only its request is known. */
        public Subject(Uid sopInstance, String studyInstanceUid, Origin origin, long bytes) {
            this(sopInstance, studyInstanceUid, origin, bytes, Optional.empty(), "", "");
        }
    }

    private final Consumer<ForwardEvent> listener;

    /** Writes lines, and does nothing else. */
    public ForwardLog() {
        this(event -> {});
    }

    /** Also passes each line to the listener, in the thread that writes it. The listener must not block or throw. */
    public ForwardLog(Consumer<ForwardEvent> listener) {
        this.listener = listener;
    }

    /**
     * Writes the lines that still wait to be written together. For the end of the process: until then they are written
     * by themselves.
     */
    public static void flush() {
        if (LOG instanceof ch.qos.logback.classic.Logger logger) {
            logger.iteratorForAppenders().forEachRemaining(appender -> {
                if (appender instanceof ForwardLogFile file) {
                    file.flush();
                }
            });
        }
    }

    /** An instance was stored: how many deliveries were planned for it, and by which version of the rules. */
    public void received(Subject subject, long millis, long rulesVersion, int deliveries) {
        Event event = deliveries == 0 ? Event.HELD : Event.RECEIVED;
        line(event, subject)
                .addKeyValue("ms", millis)
                .addKeyValue("rules", rulesVersion)
                .addKeyValue("deliveries", deliveries)
                .addKeyValue("status", DimseStatus.format(DimseStatus.SUCCESS))
                .log();
        tell(event, subject, "", "", 0, millis, DimseStatus.SUCCESS, "");
    }

    /** An instance was not stored. */
    public void refused(Subject subject, int status, String reason) {
        line(Event.REFUSED, subject)
                .addKeyValue("status", status < 0 ? "-" : DimseStatus.format(status))
                .addKeyValue("reason", quoted(reason))
                .log();
        tell(Event.REFUSED, subject, "", "", 0, -1, status, reason);
    }

    /**
     * An attempt to deliver ended.
     *
     * @param event {@link Event#DELIVERED}, {@link Event#RETRY}, {@link Event#PASSED_ON} or {@link Event#PARKED}
     * @param attempt 1 for the first attempt
     * @param status the status of the response, or -1 when there was none
     * @param reason may be empty
     */
    public void outcome(
            Event event,
            Subject subject,
            String route,
            String destination,
            int attempt,
            long millis,
            int status,
            String reason) {
        outcome(
                event,
                subject,
                Optional.empty(),
                Optional.empty(),
                route,
                destination,
                attempt,
                millis,
                status,
                reason);
    }

    /**
     * An attempt to deliver ended, of an instance that was changed on its way.
     *
     * @param sentAs the SOP Instance UID of what was sent, when it is another one
     * @param transcoded the transfer syntax of what was sent, when it was transcoded
     */
    public void outcome(
            Event event,
            Subject subject,
            Optional<Uid> sentAs,
            Optional<TransferSyntax> transcoded,
            String route,
            String destination,
            int attempt,
            long millis,
            int status,
            String reason) {
        LoggingEventBuilder line = line(event, subject)
                .addKeyValue("route", route)
                .addKeyValue("destination", destination)
                .addKeyValue("attempt", attempt)
                .addKeyValue("ms", millis)
                .addKeyValue("status", status < 0 ? "-" : DimseStatus.format(status));
        LoggingEventBuilder named = sentAs.isPresent() ? line.addKeyValue("as", sentAs.get()) : line;
        LoggingEventBuilder made = transcoded.isPresent() ? named.addKeyValue("transcoded", transcoded.get()) : named;
        (reason.isEmpty() ? made : made.addKeyValue("reason", quoted(reason))).log();
        String syntax = transcoded.map(TransferSyntax::toString).orElse("");
        tell(event, subject, route, destination, attempt, millis, status, reason, syntax);
    }

    /**
     * An operator ended a delivery for good. Route and destination are {@code -} when no route applied to the
     * instance.
     */
    public void discarded(Subject subject, String route, String destination, String reason) {
        line(Event.DISCARDED, subject)
                .addKeyValue("route", route)
                .addKeyValue("destination", destination)
                .addKeyValue("reason", quoted(reason))
                .log();
        tell(Event.DISCARDED, subject, route, destination, 0, -1, -1, reason);
    }

    /** A delivery is not made: a newer instance with this SOP Instance UID was sent to the destination before. */
    public void superseded(Subject subject, String route, String destination, long instance, long newer) {
        line(Event.SUPERSEDED, subject)
                .addKeyValue("route", route)
                .addKeyValue("destination", destination)
                .addKeyValue("instance", instance)
                .addKeyValue("newer", newer)
                .log();
        String reason = "instance " + newer + ", a newer version, was sent there before instance " + instance;
        tell(Event.SUPERSEDED, subject, route, destination, 0, -1, -1, reason);
    }

    /** A sender got no association; {@code count} says how often by now, for this reason. */
    void rejected(RefusedPeer peer, long count) {
        LOG.atInfo()
                .addKeyValue("event", Event.REJECTED)
                .addKeyValue("sop", "-")
                .addKeyValue("study", "-")
                .addKeyValue("calling", Text.token(peer.callingAe(), MAX_TITLE))
                .addKeyValue("called", Text.token(peer.calledAe(), MAX_TITLE))
                .addKeyValue("remote", peer.remoteHost())
                .addKeyValue("bytes", -1)
                .addKeyValue("code", peer.code())
                .addKeyValue("count", count)
                .addKeyValue("reason", quoted(peer.reason()))
                .log();
        String reason = peer.code() + " " + peer.reason() + (count == 1 ? "" : "; " + count + " times");
        listener.accept(new ForwardEvent(
                Instant.now(),
                Event.REJECTED,
                "-",
                "-",
                "",
                "",
                peer.callingAe(),
                peer.calledAe(),
                peer.remoteHost(),
                -1,
                Optional.empty(),
                "",
                "",
                0,
                -1,
                -1,
                Text.printable(reason, MAX_REASON_LENGTH),
                ""));
    }

    private void tell(
            Event event,
            Subject subject,
            String route,
            String destination,
            int attempt,
            long millis,
            int status,
            String reason) {
        tell(event, subject, route, destination, attempt, millis, status, reason, "");
    }

    private void tell(
            Event event,
            Subject subject,
            String route,
            String destination,
            int attempt,
            long millis,
            int status,
            String reason,
            String transcoded) {
        listener.accept(new ForwardEvent(
                Instant.now(),
                event,
                subject.sopInstance().value(),
                studyOf(subject),
                Text.printable(subject.accessionNumber(), MAX_LABEL),
                Text.printable(subject.modality(), MAX_TITLE),
                subject.origin().calling().value(),
                subject.origin().called().value(),
                subject.origin().remoteHost(),
                subject.bytes(),
                subject.receivedAt(),
                route,
                destination,
                attempt,
                millis,
                status,
                Text.printable(reason, MAX_REASON_LENGTH),
                transcoded));
    }

    private static LoggingEventBuilder line(Event event, Subject subject) {
        return LOG.atInfo()
                .addKeyValue("event", event)
                .addKeyValue("sop", subject.sopInstance())
                .addKeyValue("study", studyOf(subject))
                .addKeyValue("calling", subject.origin().calling().toString())
                .addKeyValue("called", subject.origin().called().toString())
                .addKeyValue("remote", subject.origin().remoteHost())
                .addKeyValue("bytes", subject.bytes());
    }

    /** The sender controls this text, so only a valid UID may stand unquoted in a line. */
    private static String studyOf(Subject subject) {
        String study = subject.studyInstanceUid();
        if (study.isEmpty()) {
            return "-";
        }
        return Uid.isValid(study) ? study : "invalid";
    }

    private static String quoted(String text) {
        return Text.quoted(text, MAX_REASON_LENGTH);
    }
}
