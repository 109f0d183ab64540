package org.dicomgateway.dicom.values;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a misspelled word probably means. */
public final class Nearest {

    private Nearest() {}

    /**
     * The candidate with the fewest edits, ignoring case. Empty when even this one differs in more than a third of
     * its letters, or in all of them.
     */
    public static Optional<String> of(String typo, Collection<String> candidates) {
        String wanted = typo.toLowerCase(Locale.ROOT);
        int best = Math.min(Math.max(1, Math.min(wanted.length(), 24) / 3) + 1, wanted.length());
        String nearest = "";
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - wanted.length()) < best) {
                int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
                if (distance < best) {
                    best = distance;
                    nearest = candidate;
                }
            }
        }
        return nearest.isEmpty() ? Optional.empty() : Optional.of(nearest);
    }

    /** The number of edits between two words: a letter added, removed or changed, or two neighbours swapped. */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(String a, String b, int[][] d, int i, int j) {
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
