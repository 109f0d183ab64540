package org.dicomgateway.app.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.Resource;
import org.dicomgateway.testkit.OrthancServer;

/** Three real Orthanc servers, and who holds what. */
final class Archives implements AutoCloseable {

    private final List<OrthancServer> servers;

    Archives(Path directory) {
        servers = IntStream.rangeClosed(1, 3)
                .mapToObj(n -> OrthancServer.start(directory, "ORTHANC" + n))
                .toList();
    }

    /** By number, from 1. */
    OrthancServer server(int number) {
        return servers.get(number - 1);
    }

    Peer[] peers() {
        return servers.stream().map(OrthancServer::peer).toArray(Peer[]::new);
    }

    /** Instances on all of them together. */
    long instances() {
        return servers.stream().mapToLong(OrthancServer::instances).sum();
    }

    /** Study Instance UID → instances of it, on one server. */
    Map<String, Long> studies(int number) {
        try {
            Map<String, String> studyOfSeries = new HashMap<>();
            Map<String, String> uidOfStudy = new HashMap<>();
            for (Resource study : server(number).rest().list(Level.STUDY)) {
                uidOfStudy.put(study.id().value(), study.identifier());
            }
            for (Resource series : server(number).rest().list(Level.SERIES)) {
                String study = series.parent().orElseThrow().value();
                studyOfSeries.put(series.id().value(), uidOfStudy.getOrDefault(study, "?"));
            }
            return server(number).rest().list(Level.INSTANCE).stream()
                    .collect(Collectors.groupingBy(
                            instance -> studyOfSeries.getOrDefault(
                                    instance.parent().orElseThrow().value(), "?"),
                            Collectors.counting()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SOP Instance UID → on how many servers it is. */
    Map<String, Long> copies() {
        return servers.stream()
                .flatMap(server -> {
                    try {
                        return server.rest().list(Level.INSTANCE).stream().map(Resource::identifier);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .collect(Collectors.groupingBy(sop -> sop, Collectors.counting()));
    }

    @Override
    public void close() {
        servers.forEach(OrthancServer::close);
    }
}
