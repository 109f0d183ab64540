package org.dicomgateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** What somebody may have meant. */
final class Suggestions {

    private Suggestions() {}

    /** The known word that is nearest to what was written; empty when none is near. Case does not count. */
    static Optional<String> nearest(String written, Collection<String> known) {
        int tolerance = Math.max(1, written.length() / 3);
        return known.stream()
                .filter(word -> distance(written, word) <= tolerance)
                .min(Comparator.<String>comparingInt(word -> distance(written, word))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code did you mean 'x'?}, or else the words that are known. */
    static String remedy(String written, Collection<String> known) {
        return nearest(written, known)
                .map(word -> "did you mean '" + word + "'?")
                .orElseGet(() -> known.isEmpty() ? "" : "known are " + String.join(", ", known));
    }

    /** Edits that make one word of the other: a letter more, less, other, or two neighbours swapped. */
    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(String a, String b, int[][] d, int i, int j) {
        int other = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(other, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
