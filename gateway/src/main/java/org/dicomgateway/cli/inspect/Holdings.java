package org.dicomgateway.cli.inspect;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.orthanc.Resource;

/**
 * What one server holds that matches the conditions.
 *
 * @param rows by their DICOM identifiers
 */
record Holdings(String server, NavigableMap<String, Row> rows) {

    /**
     * A patient, study, series or instance.
     *
     * @param title describes it, without patient data
     * @param person patient data and descriptions
     * @param instances how many of its instances the server holds
     */
    record Row(String identifier, String title, String person, long instances) {}

    /** Asks a server. */
    static Holdings ask(String server, OrthancClient client, InspectQuery.Listing listing) throws OrthancException {
        NavigableMap<String, Row> rows = new TreeMap<>();
        Level level = listing.level();
        List<Resource> found = client.find(level, listing.conditions());
        Map<OrthancId, Series> series =
                level == Level.PATIENT || level == Level.STUDY ? seriesByAncestor(client, listing) : Map.of();
        for (Resource one : found) {
            Series below = series.getOrDefault(one.id(), new Series());
            long instances = switch (level) {
                case PATIENT, STUDY -> below.instances;
                case SERIES -> one.children().size();
                case INSTANCE -> 1;
            };
            // Two studies with the same UID but different patients are one row: in DICOM, a UID means one study.
            rows.merge(
                    one.identifier(),
                    new Row(one.identifier(), title(one, below), person(one), instances),
                    (row, other) ->
                            new Row(row.identifier(), row.title(), row.person(), row.instances() + other.instances()));
        }
        return new Holdings(server, rows);
    }

    private static final class Series {
        private final SortedSet<String> modalities = new TreeSet<>();
        private int count;
        private long instances;
    }

    private static Map<OrthancId, Series> seriesByAncestor(OrthancClient client, InspectQuery.Listing listing)
            throws OrthancException {
        Map<OrthancId, OrthancId> patients = new HashMap<>();
        if (listing.level() == Level.PATIENT) {
            client.find(Level.STUDY, listing.conditions())
                    .forEach(study -> patients.put(study.id(), study.parent().orElseThrow()));
        }
        Map<OrthancId, Series> all = new HashMap<>();
        for (Resource one : client.find(Level.SERIES, listing.conditions())) {
            OrthancId study = one.parent().orElseThrow();
            Series sum = all.computeIfAbsent(patients.getOrDefault(study, study), id -> new Series());
            sum.modalities.add(one.tag("Modality"));
            sum.count++;
            sum.instances += one.children().size();
        }
        return all;
    }

    private static String title(Resource one, Series below) {
        return switch (one.level()) {
            case PATIENT -> String.join("+", below.modalities);
            case STUDY ->
                one.tag("StudyDate") + " " + String.join("+", below.modalities) + " " + below.count + " series";
            case SERIES -> one.tag("Modality") + " number " + one.tag("SeriesNumber");
            case INSTANCE -> "number " + one.tag("InstanceNumber");
        };
    }

    private static String person(Resource one) {
        return switch (one.level()) {
            case PATIENT -> one.tag("PatientName");
            case STUDY ->
                String.join(
                        " | ",
                        one.tag("PatientID"),
                        one.tag("PatientName"),
                        one.tag("AccessionNumber"),
                        one.tag("StudyDescription"));
            case SERIES -> one.tag("SeriesDescription");
            case INSTANCE -> one.tag("ImageComments");
        };
    }
}
