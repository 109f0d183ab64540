package org.dicomgateway.cli.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.dicomgateway.admin.api.DeliveryView;
import org.dicomgateway.cli.common.Found;
import org.dicomgateway.cli.common.OperatorToken;
import org.dicomgateway.cli.common.RunningGateway;
import org.dicomgateway.cli.common.RunningGatewayException;
import org.dicomgateway.cli.common.SyntaxName;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.Warning;
import org.dicomgateway.config.settings.AdminSettings;
import org.dicomgateway.config.settings.ListenerSettings;
import org.dicomgateway.dicom.values.PresentationPair;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Warnings about transfer syntaxes that a listener accepts but a destination has refused: such instances are parked.
 * The refusals are known from the parked deliveries of the running gateway. Without a running gateway there are no
 * warnings.
 */
public final class SyntaxWarnings {

    /** A running gateway answers at once. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /** How many parked deliveries are looked at. */
    private static final int PARKED = 1_000;

    private record Refusal(String destination, TransferSyntax syntax) implements Comparable<Refusal> {
        @Override
        public int compareTo(Refusal other) {
            int byDestination = destination.compareTo(other.destination);
            return byDestination != 0 ? byDestination : syntax.compareTo(other.syntax);
        }
    }

    private SyntaxWarnings() {}

    /** The warnings from the gateway that runs with this configuration. */
    public static List<Warning> of(Loaded loaded, Map<String, String> environment) {
        AdminSettings admin = loaded.gateway().admin();
        if (!admin.enabled() || admin.address().getPort() == 0) {
            return List.of();
        }
        try {
            RunningGateway gateway = new RunningGateway(admin, OperatorToken.fromEnvironment(environment), LIMIT);
            return of(
                    loaded,
                    Found.by(gateway, "/api/deliveries", Map.of("state", "parked"), PARKED)
                            .as(DeliveryView.class));
        } catch (RunningGatewayException e) {
            return List.of();
        }
    }

    public static List<Warning> of(Loaded loaded, List<DeliveryView> parked) {
        SortedMap<Refusal, Integer> refusals = new TreeMap<>();
        for (DeliveryView delivery : parked) {
            Optional<PresentationPair> pair = PresentationPair.ofRefusal(delivery.reason());
            delivery.destination()
                    .filter(loaded.routing().destinations()::containsKey)
                    .ifPresent(destination -> pair.ifPresent(refused ->
                            refusals.merge(new Refusal(destination, refused.transferSyntax()), 1, Integer::sum)));
        }
        List<Warning> warnings = new ArrayList<>();
        refusals.forEach((refusal, count) -> {
            TreeSet<String> listeners = new TreeSet<>();
            loaded.gateway().listeners().stream()
                    .filter(listener -> accepts(listener, refusal.syntax()))
                    .forEach(listener -> listeners.add(listener.name()));
            if (!listeners.isEmpty()) {
                warnings.add(new Warning(
                        loaded.gateway().routingFile(),
                        0,
                        "destinations." + refusal.destination(),
                        "it did not accept " + SyntaxName.of(refusal.syntax()) + ", for which " + count
                                + " deliveries are parked, and listeners accept that: "
                                + String.join(", ", listeners),
                        "list in transfer-syntaxes of the listeners, or of entries of access, what they take; or set transcode of the"
                                + " destination"));
            }
        });
        return warnings;
    }

    private static boolean accepts(ListenerSettings listener, TransferSyntax syntax) {
        return listener.access().stream()
                .anyMatch(rule -> rule.transferSyntaxes().isEmpty()
                        || rule.transferSyntaxes().contains(syntax));
    }
}
