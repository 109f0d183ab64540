package org.dicomgateway.spool.sqlite;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.dicomgateway.spool.Instance;

/**
 * Finds or adds the rows of table {@code series}. Caches the recent keys, because instances of one series arrive
 * together.
 */
final class SeriesKeys {

    private static final int REMEMBERED = 1_000;

    private final Statements database;
    private final Map<SeriesRow, Long> recent = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SeriesRow, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    SeriesKeys(Statements database) {
        this.database = database;
    }

    /** The key of the series of this instance. */
    long of(Instance instance) throws SQLException {
        SeriesRow series = SeriesRow.of(instance);
        Long known = recent.get(series);
        if (known != null) {
            return known;
        }
        Object[] columns = series.values();
        long key = database.number(FIND, columns);
        if (key == 0) {
            key = database.number(ADD, columns);
        }
        recent.put(series, key);
        return key;
    }

    /** Removes the row if no instance uses it any more. */
    void removeUnused(long key) throws SQLException {
        if (database.update(REMOVE_UNUSED, key) > 0) {
            recent.values().remove(key);
        }
    }

    /** Call this after a rollback: the cache may contain rows that were not written. */
    void forget() {
        recent.clear();
    }

    private static final String FIND = """
            SELECT id FROM series
            WHERE series_uid = ? AND study_uid = ? AND patient_id = ? AND accession_number = ? AND modality = ?
              AND sop_class = ? AND transfer_syntax = ? AND calling_ae = ? AND called_ae = ? AND remote_host = ?""";

    private static final String ADD =
            "INSERT INTO series (" + SeriesRow.COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";

    private static final String REMOVE_UNUSED =
            "DELETE FROM series WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM instance WHERE series = ?1)";
}
