package org.dicomgateway.app;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dicomgateway.config.settings.DestinationSettings;
import org.dicomgateway.config.settings.RestSettings;
import org.dicomgateway.dicom.values.Text;
import org.dicomgateway.forward.health.ServerCheck;
import org.dicomgateway.forward.health.ServerReport;
import org.dicomgateway.orthanc.Login;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancException;
import org.dicomgateway.orthanc.Statistics;

/** Asks Orthanc servers, by their REST API, for their version and how much they store. */
final class OrthancCheck implements ServerCheck {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private static final int LONGEST_VERSION = 40;

    private record Known(RestSettings settings, OrthancClient client) {}

    private final Map<String, Known> clients = new ConcurrentHashMap<>();

    @Override
    public Optional<ServerReport> check(DestinationSettings destination) {
        return destination.rest().map(rest -> ask(client(destination.name(), rest)));
    }

    private OrthancClient client(String destination, RestSettings rest) {
        return clients.compute(
                        destination,
                        (name, known) ->
                                known != null && known.settings.equals(rest) ? known : new Known(rest, connect(rest)))
                .client;
    }

    private static OrthancClient connect(RestSettings rest) {
        return new OrthancClient(
                rest.url(),
                rest.login().map(login -> new Login(login.user(), login.password())),
                CONNECT_TIMEOUT,
                ANSWER_TIMEOUT);
    }

    private static ServerReport ask(OrthancClient client) {
        try {
            String version = Text.printable(client.system().version(), LONGEST_VERSION);
            Statistics statistics = client.statistics();
            return new ServerReport(version, statistics.diskSize().bytes(), statistics.instances(), Optional.empty());
        } catch (OrthancException e) {
            return new ServerReport("", 0, 0, Optional.of(String.valueOf(e.getMessage())));
        }
    }
}
