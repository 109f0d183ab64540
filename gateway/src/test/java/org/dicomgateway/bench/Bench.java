package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code main}: a folder to work in, how many runs, {@code full} or {@code quick}, and the names of figures. */
final class Bench {

    /** One figure. */
    @FunctionalInterface
    private interface Figure {
        void measure(Lab lab);
    }

    private static final Map<String, Figure> FIGURES = new LinkedHashMap<>();

    static {
        FIGURES.put("ingest", IngestFigure::measure);
        FIGURES.put("cpu", IngestFigure::shares);
        FIGURES.put("forward", ForwardFigure::measure);
        FIGURES.put("through", ThroughFigure::measure);
        FIGURES.put("balance", BalanceFigure::measure);
        FIGURES.put("backlog", BacklogFigure::measure);
        FIGURES.put("latency", LatencyFigure::measure);
        FIGURES.put("stalled", StalledFigure::measure);
        FIGURES.put("tls", TlsFigure::measure);
        FIGURES.put("api", ApiFigure::measure);
        FIGURES.put("knee", ConcurrencyFigure::measure);
        FIGURES.put("web", WebFigure::measure);
        FIGURES.put("web-in", WebInFigure::measure);
        FIGURES.put("line", LineFigure::measure);
        FIGURES.put("cluster", ClusterFigure::measure);
        FIGURES.put("start", StartFigure::measure);
        FIGURES.put("transform", TransformFigure::measure);
        FIGURES.put("transcode", TranscodeFigure::measure);
    }

    private Bench() {}

    /** Measures, and prints the tables; what fails is said and the rest goes on. */
    public static void main(String[] args) {
        Results results = new Results();
        Lab lab = new Lab(Path.of(args[0]), Integer.parseInt(args[1]), args[2].equals("quick"), results);
        List<String> names = List.of(args).subList(3, args.length);
        boolean failed = false;
        for (Map.Entry<String, Figure> figure : FIGURES.entrySet()) {
            if (names.contains("all") || names.contains(figure.getKey())) {
                failed |= !measured(lab, figure.getKey(), figure.getValue());
            }
        }
        System.out.print(results.markdown());
        System.exit(failed ? 1 : 0);
    }

    private static boolean measured(Lab lab, String name, Figure figure) {
        lab.progress(name);
        try {
            figure.measure(lab);
            return true;
        } catch (RuntimeException | AssertionError e) {
            lab.progress("%s FAILED: %s".formatted(name, e));
            e.printStackTrace();
            return false;
        }
    }
}
