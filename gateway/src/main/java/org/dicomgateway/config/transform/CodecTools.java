package org.dicomgateway.config.transform;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** The programs that compress and decompress pixel data, other than RLE. */
public final class CodecTools {

    /** Of GDCM, Debian package libgdcm-tools. */
    public static final String CODEC = "gdcmconv";
    /** Of util-linux: sets limits for a process. */
    public static final String LIMITER = "prlimit";

    public static final String REMEDY = "install the packages libgdcm-tools and util-linux";

    private CodecTools() {}

    /** The path of a program, by the environment variable PATH. */
    public static Optional<Path> find(String name) {
        return Arrays.stream(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The name of a program that is missing; empty when both are there. */
    public static Optional<String> missing() {
        return Stream.of(CODEC, LIMITER).filter(name -> find(name).isEmpty()).findFirst();
    }
}
