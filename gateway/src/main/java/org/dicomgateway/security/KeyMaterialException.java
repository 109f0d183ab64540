package org.dicomgateway.security;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A certificate, a key or a store is missing or unusable. The message names the file and the problem. */
public final class KeyMaterialException extends IOException {

    private static final long serialVersionUID = 1L;

    KeyMaterialException(Path file, String what, @Nullable Throwable cause) {
        super(file + ": " + what, cause);
    }
}
