package org.dicomgateway.config.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOriginFactory;
import java.io.File;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Notes which files a HOCON file includes. The library does the including. Only files are allowed: nothing from the
 * network can change the configuration.
 */
final class Includes implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

    /** Extensions that the library tries for a name without an extension. */
    private static final String[] EXTENSIONS = {"", ".conf", ".json", ".properties"};

    /** The scheme of a URL. A single letter would be a Windows drive. */
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

    private final Path folder;
    private final Set<Path> files;
    private final @Nullable ConfigIncluder library;

    /**
     * Notes included files into {@code files}.
     *
     * @param folder the folder for an include, when the including file does not have its own folder
     */
    Includes(Path folder, Set<Path> files) {
        this(folder, files, null);
    }

    private Includes(Path folder, Set<Path> files, @Nullable ConfigIncluder library) {
        this.folder = folder;
        this.files = files;
        this.library = library;
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        return new Includes(folder, files, fallback);
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        if (SCHEME.matcher(what).lookingAt()) {
            throw notAFile(what);
        }
        note(folderOf(context).resolve(what));
        return library().include(context, what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        note(folderOf(context).resolve(what.toPath()));
        return library() instanceof ConfigIncluderFile forFiles
                ? forFiles.includeFile(context, what)
                : library().include(context, what.getPath());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
        throw notAFile(what.toString());
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
        throw notAFile(what);
    }

    private static ConfigException notAFile(String what) {
        return new ConfigException.Parse(
                ConfigOriginFactory.newSimple("include"),
                "includes something that is not a file: " + what + "; copy it next to this file and include the copy");
    }

    /** The folder of the including file. The library shows it only as the path of a file in the same folder. */
    private Path folderOf(ConfigIncludeContext context) {
        return Optional.ofNullable(context.relativeTo("."))
                .map(beside -> beside.origin().filename())
                .map(Path::of)
                .orElse(folder);
    }

    private void note(Path file) {
        for (String extension : EXTENSIONS) {
            files.add(Path.of(file + extension).toAbsolutePath().normalize());
        }
    }

    private ConfigIncluder library() {
        if (library == null) {
            throw new IllegalStateException("the HOCON library does not support includes");
        }
        return library;
    }
}
