package org.dicomgateway.admin;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.config.IpAddress;

/**
 * Keeps web pages out. Whoever runs a browser on this machine lets every page he visits send requests to it; so a request
 * must call us by a name that no page can have made up (DNS rebinding), and one that changes something must be of a kind
 * that a browser does not send for a page of somebody else's without asking first (CSRF).
 */
final class Guard {

    private Guard() {}

    /**
     * With TLS any name will do: a page of another name has no certificate for it.
     *
     * @throws HttpResponseException when the request may come from a page
     */
    static void check(Context request, boolean encrypted) {
        String host = Optional.ofNullable(request.header("Host")).orElse("");
        if (!encrypted && !isThisMachine(host)) {
            throw new ForbiddenResponse("call the gateway as localhost or by its address");
        }
        String origin = request.header("Origin");
        if (origin != null && !origin.equals((encrypted ? "https://" : "http://") + host)) {
            throw new ForbiddenResponse("not for pages of another origin");
        }
        if (changes(request) && !isJson(request)) {
            throw new HttpResponseException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE.getCode(), "Content-Type: application/json is required");
        }
    }

    private static boolean changes(Context request) {
        return !request.method().equals(HandlerType.GET) && !request.method().equals(HandlerType.HEAD);
    }

    private static boolean isJson(Context request) {
        String type = Optional.ofNullable(request.contentType()).orElse("").toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.startsWith("application/json;");
    }

    /** An address cannot be rebound to another, a name can; but localhost is looked up by nobody. */
    private static boolean isThisMachine(String hostAndPort) {
        try {
            String host = Optional.ofNullable(new URI("http://" + hostAndPort).getHost())
                    .orElse("");
            String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
            return bare.equalsIgnoreCase("localhost")
                    || IpAddress.parse(bare).filter(IpAddress::isLoopback).isPresent();
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
