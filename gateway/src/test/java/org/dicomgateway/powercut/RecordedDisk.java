package org.dicomgateway.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder as a recorded program left it at each moment: what is durable, and what a power cut can take. It promises no
 * more than POSIX: bytes of a file are durable when a sync of that file has ended that began after they were written;
 * a name is when a sync of its directory has. Any of a directory's other names may go.
 */
final class RecordedDisk implements SystemTrace.Listener {

    private static final String SHARED_MEMORY = "-shm"; // SQLite's, worth nothing after a crash

    private final Path root;
    private final Map<Integer, Open> open = new HashMap<>();
    private final Map<Integer, Runnable> syncs = new HashMap<>();
    private final Map<Path, RecordedFile> files = new TreeMap<>();
    private final Map<Path, RecordedFile> durable = new TreeMap<>();
    private final Map<Path, List<Naming>> unsynced = new TreeMap<>();
    private final Set<Path> directories = new HashSet<>();
    private final List<String> unfinishedFilesNamed = new ArrayList<>();

    private static final class Open {
        private final Path path;
        private final @Nullable RecordedFile file;
        private long position;

        Open(Path path, @Nullable RecordedFile file) {
            this.path = path;
            this.file = file;
        }
    }

    /** A name given to a file, or taken from it (both in a rename), within one directory. */
    private record Naming(
            @Nullable Path taken,
            @Nullable Path given,
            @Nullable RecordedFile file) {

        void applyTo(Map<Path, RecordedFile> names) {
            RecordedFile moved = taken == null ? null : names.remove(taken);
            RecordedFile named = file != null ? file : moved;
            if (given != null && named != null) {
                names.put(given, named);
            }
        }
    }

    /** Of this folder, which is not there yet. */
    RecordedDisk(Path root) {
        this.root = root;
    }

    /** Another process begins: no file is open any more. */
    void nextProcess() {
        open.clear();
        syncs.clear();
    }

    @Override
    public void begins(int thread, SystemCall call) {
        if (call.name().equals("close")) {
            // The number may be somebody else's before this call is seen to end.
            open.remove(call.descriptor());
        } else if (call.name().equals("fsync") || call.name().equals("fdatasync")) {
            Open what = open.get(call.descriptor());
            if (what != null) {
                syncs.put(thread, what.file != null ? syncOf(what.file) : syncOf(what.path));
            }
        }
    }

    private static Runnable syncOf(RecordedFile file) {
        List<RecordedFile.Change> covered = file.unsynced();
        return () -> file.synced(covered);
    }

    private Runnable syncOf(Path directory) {
        List<Naming> covered = List.copyOf(unsynced.getOrDefault(directory, List.of()));
        return () -> {
            for (Naming naming : covered) {
                naming.applyTo(durable);
                unsynced.getOrDefault(directory, new ArrayList<>()).remove(naming);
            }
        };
    }

    @Override
    public void ends(int thread, SystemCall call) {
        Runnable sync = syncs.remove(thread);
        if (call.result() < 0) {
            return;
        }
        switch (call.name()) {
            case "open", "openat" -> opened(call);
            case "fsync", "fdatasync" -> {
                if (sync != null) {
                    sync.run();
                }
            }
            case "lseek" -> {
                Open what = open.get(call.descriptor());
                if (what != null) {
                    what.position = call.result();
                }
            }
            case "write", "writev" -> {
                Open what = open.get(call.descriptor());
                if (what != null) {
                    written(what, what.position, call);
                    what.position += call.result();
                }
            }
            case "pwrite64", "pwritev" -> {
                Open what = open.get(call.descriptor());
                if (what != null) {
                    written(what, call.lastNumber(), call);
                }
            }
            case "ftruncate" -> {
                Open what = open.get(call.descriptor());
                if (what != null && what.file != null) {
                    what.file.change(new RecordedFile.Change(call.lastNumber(), new byte[0]));
                }
            }
            case "rename", "renameat", "renameat2" -> renamed(path(call, 0), path(call, 1));
            case "unlink", "unlinkat" -> removed(path(call, 0));
            case "mkdir", "mkdirat" -> made(path(call, 0));
            case "close", "sendto" -> {}
            default -> refuse(call);
        }
    }

    private void refuse(SystemCall call) {
        for (int i = 0; i < call.strings().size(); i++) {
            if (isOurs(path(call, i))) {
                throw new IllegalStateException("this disk knows no " + call.name());
            }
        }
        if (!call.words().isEmpty() && open.containsKey(call.descriptor())) {
            throw new IllegalStateException("this disk knows no " + call.name());
        }
    }

    private static Path path(SystemCall call, int index) {
        return Path.of(call.path(index)).normalize();
    }

    private boolean isOurs(Path path) {
        return path.startsWith(root) && !path.toString().endsWith(SHARED_MEMORY);
    }

    private void opened(SystemCall call) {
        Path path = path(call, 0);
        if (!isOurs(path) && !path.equals(root.getParent())) {
            return;
        }
        String flags = String.join(",", call.words());
        RecordedFile file = directories.contains(path) ? null : files.get(path);
        if (file == null && flags.contains("O_CREAT")) {
            file = new RecordedFile();
            name(new Naming(null, path, file));
        }
        if (file != null && flags.contains("O_TRUNC")) {
            file.change(new RecordedFile.Change(0, new byte[0]));
        }
        open.put(Math.toIntExact(call.result()), new Open(path, file));
    }

    private void made(Path directory) {
        if (isOurs(directory)) {
            directories.add(directory);
            name(new Naming(null, directory, new RecordedFile()));
        }
    }

    private static void written(Open what, long position, SystemCall call) {
        if (what.file != null && call.result() > 0) {
            byte[] bytes = Arrays.copyOf(call.data(), Math.toIntExact(call.result()));
            what.file.change(new RecordedFile.Change(position, bytes));
        }
    }

    private void renamed(Path from, Path to) {
        if (!isOurs(to)) {
            return;
        }
        RecordedFile file = files.get(from);
        if (file != null && !Objects.equals(from.getParent(), to.getParent())) {
            // Harsher than a file system with a journal: it can be in both directories afterwards, or in neither.
            name(new Naming(null, to, file));
            name(new Naming(from, null, null));
            return;
        }
        if (file != null && !file.unsynced().isEmpty()) {
            unfinishedFilesNamed.add(to.getFileName().toString());
        }
        name(new Naming(from, to, file));
    }

    private void removed(Path path) {
        if (isOurs(path)) {
            name(new Naming(path, null, null));
        }
    }

    private void name(Naming naming) {
        Path path = naming.given != null ? naming.given : naming.taken;
        naming.applyTo(files);
        if (path != null) {
            unsynced.computeIfAbsent(path.getParent(), directory -> new ArrayList<>())
                    .add(naming);
        }
    }

    /** Whether this file of the folder is there, for the program. */
    boolean has(String name) {
        return files.containsKey(root.resolve(name));
    }

    /** Somebody removes a file, for good, while no program runs. */
    void lose(String name) {
        removed(root.resolve(name));
        syncOf(root).run();
    }

    /** Names that were given to files with bytes that were not durable. */
    List<String> unfinishedFilesNamed() {
        return unfinishedFilesNamed;
    }

    /** The content of files that are there under this ending even when all is lost that can be. */
    List<byte[]> durable(String ending) {
        return durable.entrySet().stream()
                .filter(file -> file.getKey().toString().endsWith(ending) && isReachable(file.getKey(), durable))
                .map(file -> file.getValue().durable())
                .toList();
    }

    /** The directories in which names may be lost. */
    List<Path> directoriesAtRisk() {
        return unsynced.entrySet().stream()
                .filter(directory -> !directory.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Cuts the power: what is left is written to {@code to}.
     *
     * @param bytes what is lost of files
     * @param names what is lost of the names in each directory; in others nothing is
     */
    void powerCut(Path to, Loss bytes, Map<Path, Loss> names, Random random) throws IOException {
        Map<Path, RecordedFile> left = new TreeMap<>(durable);
        unsynced.forEach((directory, namings) -> {
            Loss loss = names.getOrDefault(directory, Loss.NOTHING);
            namings.stream()
                    .filter(naming -> loss == Loss.NOTHING || (loss == Loss.SOME && random.nextBoolean()))
                    .forEach(naming -> naming.applyTo(left));
        });
        Files.createDirectories(to);
        Loss[] kinds = Loss.values();
        for (Map.Entry<Path, RecordedFile> name : left.entrySet()) {
            Path path = name.getKey();
            Path copy = to.resolve(root.relativize(path));
            Loss loss = bytes == Loss.SOME ? kinds[random.nextInt(kinds.length)] : bytes;
            if (directories.contains(path)) {
                if (isReachable(path, left)) {
                    Files.createDirectories(copy);
                }
            } else if (isReachable(path, left)) {
                Files.write(copy, name.getValue().afterPowerCut(loss, random));
            }
        }
    }

    private boolean isReachable(Path path, Map<Path, RecordedFile> left) {
        for (Path name = path; name != null && name.startsWith(root); name = name.getParent()) {
            if (!left.containsKey(name)) {
                return false;
            }
        }
        return true;
    }
}
