package org.dicomgateway.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The command as the Debian package lays it out below a folder: without sources, with links to configuration and logs.
 * Instead of Java there is a program that prints what it is called with.
 */
public final class PackagedLauncher {

    private final Path root;
    private final Path java;

    /** Lays it out; {@code root} stands for {@code /}. */
    public PackagedLauncher(Path root) throws IOException {
        this.root = root;
        java = root.resolve("java");
        copy("scripts/gateway");
        copy("scripts/lib/common.sh");
        Files.createDirectories(configuration());
        Files.createDirectories(logs());
        Files.createDirectories(home().resolve("var"));
        Files.createSymbolicLink(home().resolve("conf"), configuration());
        Files.createSymbolicLink(home().resolve("var/logs"), logs());
        Files.createDirectories(root.resolve("usr/bin"));
        Files.createSymbolicLink(
                root.resolve("usr/bin/dicom-gateway"), Path.of("../share/dicom-gateway/scripts/gateway"));
        Files.createDirectories(java.resolve("bin"));
        Path program = Files.writeString(java.resolve("bin/java"), """
                #!/bin/sh
                if [ "$1" = -version ]; then
                  echo 'openjdk version "17.0.1"'
                else
                  printf '%s\\n' "$@" "GATEWAY_CONFIG=$GATEWAY_CONFIG" "KEY_PASSWORD=$KEY_PASSWORD"
                fi
                """);
        if (!program.toFile().setExecutable(true)) {
            throw new IOException(program + " cannot be made executable");
        }
    }

    private void copy(String file) throws IOException {
        Path to = home().resolve(file);
        Files.createDirectories(to.resolveSibling(""));
        Files.copy(ProjectRoot.path().resolve(file), to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    /** Where the program is. */
    public Path home() {
        return root.resolve("usr/share/dicom-gateway");
    }

    /** Where the configuration is. */
    public Path configuration() {
        return root.resolve("etc/dicom-gateway");
    }

    /** Where the logs are. */
    public Path logs() {
        return root.resolve("var/log/dicom-gateway");
    }

    /** What Java is called with, word by word, and then what it sees in its environment, for a command line. */
    public List<String> javaIsToldBy(String... arguments) {
        String[] command = Stream.concat(
                        Stream.of(
                                "-i",
                                "PATH=/usr/bin:/bin",
                                "JAVA_HOME=" + java,
                                root.resolve("usr/bin/dicom-gateway").toString()),
                        Stream.of(arguments))
                .toArray(String[]::new);
        return Dcmtk.run("env", command).orFail().output().lines().toList();
    }

    /** The arguments of the command that the systemd unit starts. */
    public static String[] argumentsOfTheUnit() throws IOException {
        String start = "ExecStart=/usr/bin/dicom-gateway ";
        return Files.readAllLines(ProjectRoot.path().resolve("deploy/systemd/dicom-gateway.service")).stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).split(" "))
                .findFirst()
                .orElseThrow();
    }
}
