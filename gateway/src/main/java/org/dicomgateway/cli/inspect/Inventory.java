package org.dicomgateway.cli.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.OrthancId;
import org.dicomgateway.orthanc.Resource;
import org.dicomgateway.orthanc.Statistics;
import org.dicomgateway.orthanc.SystemInfo;

/** What one Orthanc server holds at one moment. */
record Inventory(String server, SystemInfo system, Statistics statistics, List<Study> studies) {

    /** A study, and how much of it the server holds. */
    record Study(
            String uid,
            String date,
            SortedSet<String> modalities,
            String patientId,
            String patientName,
            String description,
            int series,
            long instances) {}

    /**
     * Asks a server for everything. Without {@code withStudies} it leaves out the studies, which is quick on any
     * archive.
     */
    static Inventory ask(String server, OrthancClient client, boolean withStudies) throws OrthancException {
        SystemInfo system = client.system();
        List<Study> studies = withStudies ? studies(client) : List.of();
        return new Inventory(server, system, client.statistics(), studies);
    }

    private static List<Study> studies(OrthancClient client) throws OrthancException {
        Map<OrthancId, List<Resource>> series = new HashMap<>();
        for (Resource one : client.list(Level.SERIES)) {
            series.computeIfAbsent(one.parent().orElseThrow(), study -> new ArrayList<>())
                    .add(one);
        }
        return client.list(Level.STUDY).stream()
                .map(study -> study(study, series.getOrDefault(study.id(), List.of())))
                .sorted(Comparator.comparing(Study::date).thenComparing(Study::uid))
                .toList();
    }

    private static Study study(Resource study, List<Resource> series) {
        SortedSet<String> modalities = new TreeSet<>();
        series.forEach(one -> modalities.add(one.tag("Modality")));
        return new Study(
                study.identifier(),
                study.tag("StudyDate"),
                modalities,
                study.tag("PatientID"),
                study.tag("PatientName"),
                study.tag("StudyDescription"),
                series.size(),
                series.stream().mapToLong(one -> one.children().size()).sum());
    }
}
