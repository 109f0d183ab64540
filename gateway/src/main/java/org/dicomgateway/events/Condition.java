package org.dicomgateway.events;

import java.time.Instant;
import java.util.Map;
import org.dicomgateway.config.events.EventKind;

/**
 * How something is now that receivers are told of when it becomes worse.
 *
 * @param kind what it is told as
 * @param subject a path, such as {@code destination/pacs}
 * @param level 0: nothing is wrong; the higher the worse
 * @param since when this level began, as far as known
 * @param data what is told of it
 */
record Condition(EventKind kind, String subject, long level, Instant since, Map<String, Object> data) {}
