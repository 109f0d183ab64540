package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The operators' page: a few files that are part of the program. They are read at the start, and no other file can be
 * requested. The page's policy lets the browser run and show only these files, and never treat text as markup.
 */
final class Dashboard {

    private static final String FOLDER = "/dashboard/";
    private static final String LIBRARY = "/META-INF/resources/webjars/uplot/";
    private static final String LIBRARY_PROPERTIES = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
    private static final String PAGE = "/";
    private static final String ASSETS = "/assets/";

    /** The files of the page, besides the page itself and the chart library. */
    private static final String[] FILES = {
        "actions.js",
        "api.js",
        "app.js",
        "ask.js",
        "base.css",
        "chart.js",
        "cluster.js",
        "destinations.js",
        "dom.js",
        "events.js",
        "figures.js",
        "flow.js",
        "format.js",
        "icon.svg",
        "icons.js",
        "live.js",
        "model.js",
        "parts.css",
        "receivers.js",
        "rejected.js",
        "say.js",
        "search.js",
        "stuck.js",
        "study.js",
    };

    /** Content Security Policy Level 3; Trusted Types make the browser refuse every string as HTML or script. */
    private static final String POLICY = String.join(
            "; ",
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html;charset=utf-8",
            "js", "text/javascript;charset=utf-8",
            "css", "text/css;charset=utf-8",
            "svg", "image/svg+xml");

    /** Path of a request → file. */
    private final Map<String, StaticFile> files = new TreeMap<>();

    Dashboard() {
        String library = LIBRARY + libraryVersion() + "/dist/";
        files.put(PAGE, StaticFile.read(FOLDER + "index.html"));
        files.put(ASSETS + "uplot.js", StaticFile.read(library + "uPlot.iife.min.js"));
        files.put(ASSETS + "uplot.css", StaticFile.read(library + "uPlot.min.css"));
        for (String name : FILES) {
            files.put(ASSETS + name, StaticFile.read(FOLDER + name));
        }
    }

    /** Whether a path belongs to the page, not to the interface. */
    static boolean isFile(String path) {
        return path.equals(PAGE) || path.startsWith(ASSETS);
    }

    void register(RoutesConfig routes) {
        files.forEach((path, file) -> routes.get(path, context -> give(context, file)));
    }

    private static void give(Context context, StaticFile file) {
        context.header("Cache-Control", "no-cache")
                .header("ETag", file.tag())
                .header("Content-Security-Policy", POLICY)
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Cross-Origin-Resource-Policy", "same-origin")
                .header("Referrer-Policy", "no-referrer");
        if (file.tag().equals(context.header("If-None-Match"))) {
            context.status(HttpStatus.NOT_MODIFIED);
        } else {
            context.contentType(file.type()).result(file.content());
        }
    }

    private static String libraryVersion() {
        Properties properties = new Properties();
        try (InputStream in = open(LIBRARY_PROPERTIES)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "");
    }

    private static InputStream open(String resource) {
        InputStream in = Dashboard.class.getResourceAsStream(resource);
        if (in == null) {
            throw new IllegalStateException("the program is incomplete: " + resource + " is missing");
        }
        return in;
    }

    /** A file and its content; {@code tag} changes with the content. */
    private record StaticFile(String type, String tag, String content) {

        static StaticFile read(String resource) {
            try (InputStream in = open(resource)) {
                byte[] bytes = in.readAllBytes();
                String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
                if (type == null) {
                    throw new IllegalStateException("no media type for " + resource);
                }
                return new StaticFile(type, '"' + digest(bytes) + '"', new String(bytes, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String digest(byte[] bytes) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
                return HexFormat.of().formatHex(digest, 0, 12);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
