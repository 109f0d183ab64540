package org.dicomgateway.powercut;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a program and all its threads asked of the kernel, in the order in which it began and ended: recorded by
 * {@code strace}, which sees the calls of SQLite as well as those of the JVM.
 */
final class SystemTrace {

    private static final Pattern WHOLE = Pattern.compile("(\\d+) +(\\w+)\\((.*)\\) += (-?\\d+).*", Pattern.DOTALL);
    private static final Pattern BEGUN =
            Pattern.compile("(\\d+) +(\\w+)\\((.*) <unfinished \\.\\.\\.>", Pattern.DOTALL);
    private static final Pattern ENDED =
            Pattern.compile("(\\d+) +<\\.\\.\\. (\\w+) resumed>(.*)\\) += (-?\\d+).*", Pattern.DOTALL);

    private SystemTrace() {}

    /** The command that records another into this file; to be put before it. */
    static List<String> recording(Path file) {
        return List.of(
                "strace",
                "-f",
                "--seccomp-bpf",
                "-q",
                "-y",
                "-s",
                "2000000",
                "-e",
                "signal=none",
                "-e",
                "trace=openat,open,close,lseek,write,writev,pwrite64,pwritev,pwritev2,sendto,ftruncate,truncate,fallocate,"
                        + "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,"
                        + "mkdirat",
                "-o",
                file.toString());
    }

    /** Told of each call when it begins, and of each when it ends. One that did not end is only begun. */
    interface Listener {

        /** Its result is not known yet. */
        void begins(int thread, SystemCall call) throws IOException;

        void ends(int thread, SystemCall call) throws IOException;
    }

    static void read(Path file, Listener listener) throws IOException {
        Map<Integer, String> begun = new HashMap<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher whole = WHOLE.matcher(line);
                if (line.endsWith("<unfinished ...>")) {
                    Matcher call = BEGUN.matcher(line);
                    if (call.matches()) {
                        int thread = Integer.parseInt(call.group(1));
                        begun.put(thread, call.group(3));
                        listener.begins(thread, SystemCall.parse(call.group(2), call.group(3), -1));
                    }
                } else if (line.contains(" resumed>")) {
                    Matcher call = ENDED.matcher(line);
                    if (call.matches()) {
                        int thread = Integer.parseInt(call.group(1));
                        String arguments = begun.remove(thread) + call.group(3);
                        listener.ends(
                                thread, SystemCall.parse(call.group(2), arguments, Long.parseLong(call.group(4))));
                    }
                } else if (whole.matches()) {
                    int thread = Integer.parseInt(whole.group(1));
                    long result = Long.parseLong(whole.group(4));
                    SystemCall call = SystemCall.parse(whole.group(2), whole.group(3), result);
                    listener.begins(thread, call);
                    listener.ends(thread, call);
                }
            }
        }
    }
}
