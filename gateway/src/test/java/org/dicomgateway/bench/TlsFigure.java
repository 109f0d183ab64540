package org.dicomgateway.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dicomgateway.bench.load.BenchFiles;
import org.dicomgateway.bench.load.Sink;
import org.dicomgateway.dicom.values.Peer;
import org.dicomgateway.security.IdentityFiles;
import org.dicomgateway.security.ServerTls;
import org.dicomgateway.security.ServerTls.ClientAuthentication;
import org.dicomgateway.security.TlsProfile;
import org.dicomgateway.security.TlsSettings;
import org.dicomgateway.testkit.Certificates;

/**
 * What encryption costs: both sides by TLS with certificates shown on all of them, against both in the clear. The
 * destination throws the bytes away, so that the gateway is what limits, with the senders beside it.
 */
final class TlsFigure {

    private static final String NAME =
            "tls: instances/s from the first sent to the last delivered, both sides encrypted";
    private static final int SENDERS = 4;

    private TlsFigure() {}

    static void measure(Lab lab) {
        Certificates certificates = new Certificates(lab.folder("tls")).make("gateway", "modality", "archive");
        for (int size : new int[] {Lab.LARGE, Lab.SMALL}) {
            measure(lab, certificates, size);
        }
    }

    private static void measure(Lab lab, Certificates certificates, int size) {
        Samples encrypted = new Samples();
        Samples clear = new Samples();
        Samples encryptedCpu = new Samples();
        Samples clearCpu = new Samples();
        int each = lab.count(size == Lab.LARGE ? 1200 : 12_000) / SENDERS;
        Path folder = lab.folder("files");
        Path log = folder.resolve("storescu.log");
        List<String> options = List.of(certificates.dcmtk("modality"));
        try (Sink clearSink = Sink.discarding("CLEAR");
                Sink secretSink = Sink.discarding("SECRET", server(certificates));
                BenchGateway plain = lab.gatewayTo(clearSink.peer());
                BenchGateway secret = secret(lab, certificates, secretSink.peer())) {
            BenchFiles files = BenchFiles.write(folder, SENDERS, each, size);
            for (int run = -1; run < lab.runs(); run++) {
                files.renew();
                Samples ignored = new Samples();
                Passage.measure(
                        secret, log, files, options, run < 0 ? ignored : encrypted, run < 0 ? ignored : encryptedCpu);
                files.renew();
                Passage.measure(plain, log, files, List.of(), run < 0 ? ignored : clear, run < 0 ? ignored : clearCpu);
            }
        } finally {
            Lab.delete(folder);
        }
        String what = "%s, %d senders".formatted(Lab.sizeName(size), SENDERS);
        lab.progress("  %s: %s, in the clear %s".formatted(what, encrypted.text(), clear.text()));
        lab.results().ratio(NAME, what + ", instances/s", encrypted, "in the clear", clear, "0.6");
        lab.results().ratio(NAME, what + ", gateway's processor time, ms", encryptedCpu, "in the clear", clearCpu, "");
    }

    private static BenchGateway secret(Lab lab, Certificates certificates, Peer archive) {
        String tls = """
                enabled = true, certificate = "%s", key = "%s", trust = "%s"
                """.formatted(
                certificates.certificate("gateway"), certificates.key("gateway"), certificates.authority()).strip();
        return lab.gateway(
                "gateway.listeners.dicom.tls { " + tls + " }",
                BenchGateway.destinations(", tls { " + tls + " }", archive) + "routes = [ { name = all, to = "
                        + BenchGateway.name(archive) + " } ]");
    }

    private static ServerTls server(Certificates certificates) {
        return new ServerTls(
                new TlsSettings(
                        Optional.of(identity(certificates)), List.of(certificates.authority()), TlsProfile.BCP_195),
                ClientAuthentication.REQUIRED);
    }

    private static IdentityFiles identity(Certificates certificates) {
        return new IdentityFiles.Pem(
                certificates.certificate("archive"), certificates.key("archive"), Optional.empty());
    }
}
