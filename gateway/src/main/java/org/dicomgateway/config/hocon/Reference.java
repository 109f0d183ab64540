package org.dicomgateway.config.hocon;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** The defaults: {@code reference.conf}, which is part of the jar. */
public final class Reference {

    /** The library also describes the origin of a default with this name. */
    static final String NAME = "reference.conf";

    private static final ConfigObject ROOT = read();

    private Reference() {}

    public static ConfigObject root() {
        return ROOT;
    }

    /** The keys of a block of the defaults. */
    public static Set<String> keys(String block) {
        return ROOT.get(block) instanceof ConfigObject object ? object.keySet() : Set.of();
    }

    private static ConfigObject read() {
        try (InputStream in = Reference.class.getResourceAsStream("/" + NAME)) {
            if (in == null) {
                throw new IllegalStateException(NAME + " is not on the class path");
            }
            ConfigParseOptions options = ConfigParseOptions.defaults().setOriginDescription(NAME);
            return ConfigFactory.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8), options)
                    .root();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + NAME, e);
        }
    }
}
