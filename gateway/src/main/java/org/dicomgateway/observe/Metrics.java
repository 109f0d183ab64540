package org.dicomgateway.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.dicomgateway.dicom.values.DimseStatus;

/**
 * Counts and measures for Prometheus. Events come from the stages, through the forward log and {@link StageTimes}.
 * Gauges are read at each scrape, and set with {@link #set}. For any number of threads.
 */
public final class Metrics implements Consumer<ForwardEvent>, StageTimes, AutoCloseable {

    /** The media type of {@link #scrape}. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] QUICK = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000);
    private static final Duration[] SLOW =
            millis(100, 500, 1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000, 86_400_000);
    /** Metrics of the library whose names fail the check of Prometheus. */
    private static final List<String> OFFENDING = List.of("process.cpu.time", "system.cpu.count");

    private static final double[] BATCHES = {1, 2, 4, 8, 16, 32, 64, 128};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Metric, MultiGauge> gauges = new EnumMap<>(Metric.class);
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
    private final Set<Key> counted = ConcurrentHashMap.newKeySet();
    private final DistributionSummary batches;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    private record Key(Metric metric, List<String> values) {}

    /**
     * One value of a gauge.
     *
     * @param labels the values of the labels, in the order of the metric
     */
    public record Reading(double value, List<String> labels) {

        /** Copies the list. */
        public Reading {
            labels = List.copyOf(labels);
        }

        /** With these label values. */
        public Reading(double value, String... labels) {
            this(value, List.of(labels));
        }
    }

    /** Creates the metrics, including those of the Java process. */
    public Metrics() {
        OFFENDING.forEach(name -> registry.config().meterFilter(MeterFilter.denyNameStartsWith(name)));
        for (Metric metric : Metric.values()) {
            if (metric.kind() == Metric.Kind.GAUGE) {
                gauges.put(
                        metric,
                        MultiGauge.builder(metric.registered())
                                .description(metric.help())
                                .register(registry));
            } else if (metric.labels().isEmpty() && metric.kind() == Metric.Kind.COUNTER) {
                counter(metric);
            } else if (metric.labels().isEmpty() && metric.isTimed()) {
                timer(metric);
            }
        }
        batches = DistributionSummary.builder(Metric.COMMIT_INSTANCES.registered())
                .description(Metric.COMMIT_INSTANCES.help())
                .serviceLevelObjectives(BATCHES)
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private static Duration[] millis(long... millis) {
        Duration[] durations = new Duration[millis.length];
        for (int i = 0; i < millis.length; i++) {
            durations[i] = Duration.ofMillis(millis[i]);
        }
        return durations;
    }

    @Override
    public void accept(ForwardEvent event) {
        switch (event.event()) {
            case RECEIVED, HELD -> {
                counter(Metric.RECEIVED_INSTANCES).increment();
                counter(Metric.RECEIVED_BYTES).increment((double) Math.max(0, event.bytes()));
                timer(Metric.RECEIVE).record(event.millis(), TimeUnit.MILLISECONDS);
            }
            case REFUSED ->
                counter(Metric.REFUSED_INSTANCES, event.status() < 0 ? "none" : DimseStatus.format(event.status()))
                        .increment();
            case DELIVERED -> {
                attempt(event);
                if (!event.transcoded().isEmpty()) {
                    counter(Metric.TRANSCODED, event.destination(), event.transcoded())
                            .increment();
                }
                counter(Metric.DELIVERED_BYTES, event.destination()).increment((double) Math.max(0, event.bytes()));
                timer(Metric.ATTEMPT, event.destination()).record(event.millis(), TimeUnit.MILLISECONDS);
                event.receivedAt()
                        .ifPresent(received -> timer(Metric.DELIVERY, event.destination())
                                .record(Duration.between(received, event.at())));
            }
            case RETRY, PASSED_ON, PARKED -> attempt(event);
            case DISCARDED -> counter(Metric.DISCARDED, event.destination()).increment();
            case REJECTED -> {} // one line can stand for many: see RejectedSenders
            case SUPERSEDED -> counter(Metric.SUPERSEDED, event.destination()).increment();
        }
    }

    private void attempt(ForwardEvent event) {
        counter(Metric.ATTEMPTS, event.destination(), event.event().toString()).increment();
    }

    @Override
    public void committed(int instances, long nanos) {
        timer(Metric.COMMIT).record(nanos, TimeUnit.NANOSECONDS);
        batches.record(instances);
    }

    @Override
    public void applied(int changes, long nanos) {
        timer(Metric.LEDGER_APPLY).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Counter counter(Metric metric, String... values) {
        return counters.computeIfAbsent(
                new Key(metric, List.of(values)),
                key -> Counter.builder(metric.registered())
                        .description(metric.help())
                        .tags(tags(metric, key.values))
                        .register(registry));
    }

    private Timer timer(Metric metric, String... values) {
        return timers.computeIfAbsent(
                new Key(metric, List.of(values)),
                key -> Timer.builder(metric.registered())
                        .description(metric.help())
                        .serviceLevelObjectives(metric == Metric.DELIVERY ? SLOW : QUICK)
                        .tags(tags(metric, key.values))
                        .register(registry));
    }

    /** Sets all values of a gauge. Earlier values that are not in the list disappear. */
    public void set(Metric metric, List<Reading> readings) {
        MultiGauge gauge = gauges.get(metric);
        if (gauge == null) {
            throw new IllegalArgumentException(metric + " is not a gauge");
        }
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (Reading reading : readings) {
            rows.add(MultiGauge.Row.of(tags(metric, reading.labels), reading.value));
        }
        gauge.register(rows, true);
    }

    /** Sets the one value of a gauge without labels. */
    public void set(Metric metric, double value) {
        set(metric, List.of(new Reading(value)));
    }

    /** Sets the one value of a gauge without labels, from an integer. */
    public void set(Metric metric, long value) {
        set(metric, (double) value);
    }

    /** Registers a counter that is read at each scrape. Does nothing when these labels are registered already. */
    public <T> void count(Metric metric, T counter, ToDoubleFunction<T> value, String... labels) {
        if (counted.add(new Key(metric, List.of(labels)))) {
            FunctionCounter.builder(metric.registered(), counter, value)
                    .description(metric.help())
                    .tags(tags(metric, List.of(labels)))
                    .register(registry);
        }
    }

    private static Tags tags(Metric metric, List<String> values) {
        if (values.size() != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " has the labels " + metric.labels() + ", not " + values);
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.size(); i++) {
            tags = tags.and(metric.labels().get(i), values.get(i));
        }
        return tags;
    }

    /** All metrics, in the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
