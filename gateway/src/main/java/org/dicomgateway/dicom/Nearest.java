package org.dicomgateway.dicom;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what was probably meant by a misspelled word. */
final class Nearest {

    private Nearest() {}

    /**
     * The candidate with the fewest edits (case does not count); empty when even that one differs in more than a third
     * of its letters.
     */
    static Optional<String> of(String typo, Collection<String> candidates) {
        String wanted = typo.toLowerCase(Locale.ROOT);
        int best = Math.max(1, Math.min(wanted.length(), 24) / 3) + 1;
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

    /** Levenshtein distance, with two rows. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            int[] swap = above;
            above = row;
            row = swap;
        }
        return above[b.length()];
    }
}
