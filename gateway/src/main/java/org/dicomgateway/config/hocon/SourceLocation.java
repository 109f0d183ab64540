package org.dicomgateway.config.hocon;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Path;

/**
 * The place of a value.
 *
 * @param file absolute
 * @param line from 1, or 0
 * @param key path of the key from the root, or empty
 * @param source how the value got there
 */
public record SourceLocation(Path file, int line, String key, Source source) {

    /** Where a value comes from. A value without its own place has the place of the block around it. */
    public enum Source {
        FILE(""),
        ENVIRONMENT(" (the value comes from the environment)"),
        DEFAULT(" (the value is the default)");

        private final String remark;

        Source(String remark) {
            this.remark = remark;
        }
    }

    private static final String ENVIRONMENT = "env variables";

    public static SourceLocation of(Path file) {
        return new SourceLocation(file, 0, "", Source.FILE);
    }

    /** The place of a value under this one. */
    public SourceLocation child(String name, ConfigOrigin origin) {
        return at(pathOf(name), origin);
    }

    /** The place of an element of the list at this place. */
    SourceLocation element(int index, ConfigOrigin origin) {
        return at(key + "[" + index + "]", origin);
    }

    /** The place of a missing key. */
    SourceLocation missing(String name) {
        return new SourceLocation(file, line, pathOf(name), Source.FILE);
    }

    public boolean isDefault() {
        return source == Source.DEFAULT;
    }

    /** A remark for messages, in brackets, when the value is not written at this place; otherwise empty. */
    String remark() {
        return source.remark;
    }

    private SourceLocation at(String path, ConfigOrigin origin) {
        String name = origin.filename();
        if (name != null) {
            int where = Math.max(origin.lineNumber(), 0);
            return new SourceLocation(Path.of(name).toAbsolutePath().normalize(), where, path, Source.FILE);
        }
        String described = origin.description();
        Source from = described.startsWith(ENVIRONMENT)
                ? Source.ENVIRONMENT
                : described.startsWith(Reference.NAME) ? Source.DEFAULT : Source.FILE;
        return new SourceLocation(file, line, path, from);
    }

    private String pathOf(String name) {
        String quoted = ConfigUtil.joinPath(name);
        return key.isEmpty() ? quoted : key + "." + quoted;
    }
}
