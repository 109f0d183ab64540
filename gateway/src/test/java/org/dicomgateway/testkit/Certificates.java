package org.dicomgateway.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An authority and certificates by it, made by {@code scripts/make-certs.sh}, so that every test tests that too. */
public final class Certificates {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Path folder;

    /** In a folder; an authority that is there already is used. */
    public Certificates(Path folder) {
        this.folder = folder;
    }

    /** Makes certificates with their keys, for this machine, or makes them anew. */
    public Certificates make(String... names) {
        return run(List.of(), names);
    }

    /** Makes certificates that have expired a moment later. */
    public Certificates makeExpired(String... names) {
        return run(List.of("--days", "0"), names);
    }

    /** Makes certificates that expire after so many days. */
    public Certificates makeFor(int days, String... names) {
        return run(List.of("--days", Integer.toString(days)), names);
    }

    /** Makes certificates for another machine. */
    public Certificates makeForHost(String host, String... names) {
        return run(List.of("--host", host), names);
    }

    private Certificates run(List<String> options, String... names) {
        List<String> arguments = new ArrayList<>(options);
        arguments.add(folder.toString());
        arguments.addAll(List.of(names));
        Dcmtk.run(
                        LIMIT,
                        ProjectRoot.path().resolve("scripts/make-certs.sh").toString(),
                        arguments.toArray(String[]::new))
                .orFail();
        return this;
    }

    /** The certificate of the authority. */
    public Path authority() {
        return folder.resolve("ca.crt");
    }

    /** A certificate. */
    public Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    /** Its private key. */
    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** For DCMTK's tools: to show this certificate, and to trust this authority. */
    public String[] dcmtk(String name) {
        return new String[] {
            "+tls",
            key(name).toString(),
            certificate(name).toString(),
            "+cf",
            authority().toString()
        };
    }
}
