package org.dicomgateway.config.hocon;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A HOCON file with its includes: it is read, its substitutions are resolved, and it is merged with the defaults. */
public final class HoconFile {

    /** The library puts the position before its message. After the message, it adds advice that repeats it. */
    private static final Pattern MESSAGE = Pattern.compile(
            "(?:[^\\n]*?: \\d+: |[^\\n:]+: )?(?<what>.*?)(?: \\(if you (?:intended|want) .*)?", Pattern.DOTALL);

    /** The library met a character that a value may contain only in quotes. */
    private static final Pattern NEEDS_QUOTES = Pattern.compile("got ':'|is not allowed outside quotes");

    private static final String QUOTES =
            "put a value with such a character in quotes, such as \"22:00\" or \"*TRIAL*\"";

    private HoconFile() {}

    /**
     * The root of the file, merged with the defaults. Empty when the file cannot be read at all, which is then a
     * problem.
     */
    public static Optional<Section> read(Path file, Problems problems) {
        return read(file, problems, new HashSet<>());
    }

    /**
     * As {@link #read(Path, Problems)}. Adds to {@code files} the file and everything that it includes, or would
     * include if it existed.
     */
    public static Optional<Section> read(Path file, Problems problems, Set<Path> files) {
        SourceLocation sourceLocation = SourceLocation.of(file.toAbsolutePath().normalize());
        Section.Layer defaults = new Section.Layer(Reference.root(), sourceLocation);
        return parse(file, problems, files)
                .map(root -> Section.of(new Section.Layer(root, sourceLocation), List.of(defaults), problems));
    }

    /** The root of the file alone, without the defaults. */
    public static Optional<ConfigObject> parse(Path file, Problems problems) {
        return parse(file, problems, new HashSet<>());
    }

    private static Optional<ConfigObject> parse(Path file, Problems problems, Set<Path> files) {
        SourceLocation sourceLocation = SourceLocation.of(file.toAbsolutePath().normalize());
        files.add(sourceLocation.file());
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            // Neither: this user cannot even see whether it exists.
            boolean hidden = !Files.exists(file) && !Files.notExists(file);
            problems.add(
                    sourceLocation,
                    Files.notExists(file) ? "does not exist" : "cannot be read",
                    hidden ? "this user may not look into its folder; try sudo" : "");
            return Optional.empty();
        }
        try {
            // An absolute path: with a relative path, the library does not find includes.
            Config parsed = ConfigFactory.parseFile(
                    sourceLocation.file().toFile(),
                    ConfigParseOptions.defaults()
                            .setAllowMissing(false)
                            .prependIncluder(new Includes(sourceLocation.file().resolveSibling(""), files)));
            // Each value that stays unresolved is reported where it is used.
            return Optional.of(parsed.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true))
                    .root());
        } catch (ConfigException.IO e) {
            String include = e.origin() == null ? e.getMessage() : e.origin().description();
            problems.add(sourceLocation, "includes a file that cannot be read: " + include, "");
            return Optional.empty();
        } catch (ConfigException e) {
            String what = whatOf(e);
            problems.add(
                    placeOf(e, sourceLocation), what, NEEDS_QUOTES.matcher(what).find() ? QUOTES : "");
            return Optional.empty();
        }
    }

    private static SourceLocation placeOf(ConfigException e, SourceLocation file) {
        if (e.origin() == null || e.origin().filename() == null) {
            return file;
        }
        Path named = Path.of(e.origin().filename()).toAbsolutePath().normalize();
        return new SourceLocation(named, Math.max(e.origin().lineNumber(), 0), "", SourceLocation.Source.FILE);
    }

    private static String whatOf(ConfigException e) {
        String message = String.valueOf(e.getMessage());
        Matcher matcher = MESSAGE.matcher(message);
        String what = matcher.matches() ? matcher.group("what") : message;
        // The library uses this text for any missing end of a block.
        return what.replace("a close parentheses ')' here", "a closing brace '}'")
                .replace('\n', ' ');
    }
}
