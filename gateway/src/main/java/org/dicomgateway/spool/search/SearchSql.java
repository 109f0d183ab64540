package org.dicomgateway.spool.search;

import org.dicomgateway.spool.DeliveryState;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.sqlite.LedgerRows;
import org.jspecify.annotations.Nullable;

/**
 * The statements of a {@link Search}. Each one has the shortest way to candidates, newest first, and a condition that
 * selects the matching ones. All take the parameters {@link #values}.
 *
 * <p>Candidates are read one by one, so a search can stop anywhere and continue there. Only the candidates of a study,
 * a series, a patient or an accession number are sorted.
 */
enum SearchSql {
    /** One SOP instance, each time it was received. */
    OF_INSTANCE("""
            FROM instance i INDEXED BY instance_by_sop CROSS JOIN series s ON s.id = i.series
            WHERE i.sop_instance = ?1 AND i.id < ?14 ORDER BY i.id DESC"""),
    OF_STUDY(ofSeries("s.study_uid = ?2")),
    OF_SERIES(ofSeries("s.series_uid = ?3")),
    OF_ACCESSION(ofSeries("s.accession_number = ?4 COLLATE NOCASE")),
    OF_PATIENT(ofSeries("s.patient_id = ?5")),
    /** Pending or held at one destination. An instance may appear several times in a row. */
    WAITING_AT("""
            FROM delivery w INDEXED BY delivery_waiting CROSS JOIN instance i ON i.id = w.id / 1024
              CROSS JOIN series s ON s.id = i.series
            WHERE w.state = 0 AND w.destination = ?11 AND w.id < ?14 * 1024 ORDER BY w.id DESC"""),
    /** Parked at one destination. An instance may appear several times in a row. */
    PARKED_AT("""
            FROM delivery w INDEXED BY delivery_parked CROSS JOIN instance i ON i.id = w.id / 1024
              CROSS JOIN series s ON s.id = i.series
            WHERE w.state = 2 AND w.destination = ?11 AND w.id < ?14 * 1024 ORDER BY w.id DESC"""),
    /** Unfinished instances. */
    UNFINISHED("""
            FROM instance i INDEXED BY instance_unfinished CROSS JOIN series s ON s.id = i.series
            WHERE i.finished_at IS NULL AND i.id < ?14 ORDER BY i.id DESC"""),
    /** Everything in a range of time. */
    BY_RECEIPT("""
            FROM instance i INDEXED BY instance_by_receipt CROSS JOIN series s ON s.id = i.series
            WHERE i.received_at >= ?8 AND i.received_at < ?9
              AND i.received_at <= ?13 AND (i.received_at < ?13 OR i.id < ?14)
            ORDER BY i.received_at DESC, i.id DESC""");

    private static final long ANY = -1;

    /** Selects matching deliveries {@code d}. A held delivery is pending at a destination that does not exist. */
    static final String DELIVERY_MEANT = """
            (?10 = '' OR d.route = ?10) AND (?11 = '' OR d.destination = ?11)
              AND (?12 = -1 OR d.state = CASE ?12 WHEN 6 THEN 0 ELSE ?12 END)
              AND (?12 NOT IN (0, 6)
                   OR (?12 = 6) = EXISTS (SELECT 1 FROM books b WHERE b.destination = d.destination AND b.present = 0))""";

    private static final String INSTANCE_MEANT = """
            (?1 = '' OR %1$s.sop_instance = ?1) AND (?2 = '' OR %2$s.study_uid = ?2)
              AND (?3 = '' OR %2$s.series_uid = ?3) AND (?4 = '' OR %2$s.accession_number = ?4 COLLATE NOCASE)
              AND (?5 = '' OR %2$s.patient_id = ?5) AND (?6 = '' OR %2$s.calling_ae = ?6)
              AND (?7 = '' OR %2$s.called_ae = ?7) AND %1$s.received_at >= ?8 AND %1$s.received_at < ?9
              AND (?12 = -1 AND ?10 = '' AND ?11 = '' OR ?12 = 6 AND ?10 = '' AND ?11 = '' AND %1$s.routed = 0
                   OR EXISTS (SELECT 1 FROM delivery d NOT INDEXED
                              WHERE d.id BETWEEN %1$s.id * 1024 AND %1$s.id * 1024 + 1023 AND
            """ + DELIVERY_MEANT + "))";

    /** No newer instance of the same study matches. This instance defines the study's place in the list. */
    private static final String FIRST_OF_STUDY = """
            NOT EXISTS (SELECT 1 FROM series t INDEXED BY series_by_study
                          CROSS JOIN instance j INDEXED BY instance_by_series ON j.series = t.id
                        WHERE t.study_uid = s.study_uid AND j.id > i.id AND
            """ + INSTANCE_MEANT.formatted("j", "t") + ")";

    private static String ofSeries(String condition) {
        return """
                FROM (SELECT n.id AS id FROM series s CROSS JOIN instance n INDEXED BY instance_by_series
                      WHERE %s AND n.series = s.id AND n.id < ?14 ORDER BY n.id DESC LIMIT 10000000) c
                  CROSS JOIN instance i ON i.id = c.id CROSS JOIN series s ON s.id = i.series""".formatted(condition);
    }

    private final String candidates;

    SearchSql(String candidates) {
        this.candidates = candidates;
    }

    /** Selects id, time of receipt, and study of each candidate, and whether it matches. */
    String instances() {
        return "SELECT i.id, i.received_at, s.study_uid, " + INSTANCE_MEANT.formatted("i", "s") + " " + candidates;
    }

    /** Whether the instance ?14 - 1 is the newest matching one of its study. */
    static String firstOfStudy() {
        return "SELECT 1 FROM instance i CROSS JOIN series s ON s.id = i.series WHERE i.id = ?14 AND ?13 = ?13 AND "
                + FIRST_OF_STUDY;
    }

    static SearchSql of(Search search) {
        if (!search.instance().isEmpty()) {
            return OF_INSTANCE;
        } else if (!search.series().isEmpty()) {
            return OF_SERIES;
        } else if (!search.study().isEmpty()) {
            return OF_STUDY;
        } else if (!search.accession().isEmpty()) {
            return OF_ACCESSION;
        } else if (!search.patient().isEmpty()) {
            return OF_PATIENT;
        }
        @Nullable DeliveryState state = search.state().orElse(null);
        boolean parked = state == DeliveryState.PARKED;
        boolean waits = state == DeliveryState.PENDING || state == DeliveryState.HELD;
        if (!search.destination().isEmpty() && (parked || waits)) {
            return parked ? PARKED_AT : WAITING_AT;
        }
        return parked || waits ? UNFINISHED : BY_RECEIPT;
    }

    static Object[] values(Search search, long millis, long below) {
        return new Object[] {
            search.instance(),
            search.study(),
            search.series(),
            search.accession(),
            search.patient(),
            search.callingAe(),
            search.calledAe(),
            search.from().map(LedgerRows::notBefore).orElse(Long.MIN_VALUE),
            search.to().map(LedgerRows::notBefore).orElse(Long.MAX_VALUE),
            search.route(),
            search.destination(),
            search.state().map(state -> (long) LedgerRows.code(state)).orElse(ANY),
            millis,
            below
        };
    }

    /**
     * Selects series rows with their studies, newest first: only the newest matching row of each study. Parameters as
     * above; ?14 is the series row to continue below.
     */
    static String studies(Search search) {
        String equal = "";
        if (!search.series().isEmpty()) {
            equal = "s.series_uid = ?3 AND ";
        } else if (!search.study().isEmpty()) {
            equal = "s.study_uid = ?2 AND ";
        } else if (!search.accession().isEmpty()) {
            equal = "s.accession_number = ?4 COLLATE NOCASE AND ";
        } else if (!search.patient().isEmpty()) {
            equal = "s.patient_id = ?5 AND ";
        }
        return "SELECT s.id, s.study_uid, " + SERIES_MEANT.formatted("s")
                + " AND NOT EXISTS (SELECT 1 FROM series n INDEXED BY series_by_study"
                + " WHERE n.study_uid = s.study_uid AND n.id > s.id AND " + SERIES_MEANT.formatted("n")
                + ") FROM series s WHERE " + equal + "s.id < ?14 ORDER BY s.id DESC";
    }

    private static final String SERIES_MEANT = """
            (?2 = '' OR %1$s.study_uid = ?2) AND (?3 = '' OR %1$s.series_uid = ?3)
              AND (?4 = '' OR %1$s.accession_number = ?4 COLLATE NOCASE) AND (?5 = '' OR %1$s.patient_id = ?5)
              AND (?6 = '' OR %1$s.calling_ae = ?6) AND (?7 = '' OR %1$s.called_ae = ?7)""";
}
