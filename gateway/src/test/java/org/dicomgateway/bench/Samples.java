package org.dicomgateway.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the runs of one measurement gave, in order. */
final class Samples {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    int size() {
        return values.size();
    }

    void addAll(Samples others) {
        values.addAll(others.values);
    }

    /** The value below which this share of them lies; 0.5 is the median. */
    double quantile(double share) {
        double[] sorted = sorted();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    double median() {
        return quantile(0.5);
    }

    private double[] sorted() {
        double[] sorted = values.stream().mapToDouble(v -> v).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    /** Run by run, this through that: what happened on the machine at the time happened to both. */
    Samples over(Samples that) {
        Samples ratios = new Samples();
        for (int i = 0; i < Math.min(values.size(), that.values.size()); i++) {
            ratios.add(values.get(i) / that.values.get(i));
        }
        return ratios;
    }

    /** Run by run, the rate of doing this and then that: of work that has to go through both, by the same means. */
    Samples inTurn(Samples that) {
        Samples rates = new Samples();
        for (int i = 0; i < Math.min(values.size(), that.values.size()); i++) {
            rates.add(1 / (1 / values.get(i) + 1 / that.values.get(i)));
        }
        return rates;
    }

    /** Median, and the lowest and highest. */
    String text() {
        return values.size() < 2
                ? number(median())
                : "%s (%s–%s)".formatted(number(median()), number(quantile(0)), number(quantile(1)));
    }

    /** With three digits that count. */
    static String number(double value) {
        if (value == 0 || Double.isNaN(value)) {
            return value == 0 ? "0" : "–";
        }
        double size = Math.abs(value);
        if (size >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }
}
