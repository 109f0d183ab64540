package org.dicomgateway.admin.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.config.match.IpAddress;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of other sites out. A browser on this machine sends requests here for any page that it shows.
 *
 * <ul>
 *   <li>A request must name this host in a way that no page can have made up (DNS rebinding).
 *   <li>A request that changes something must be of a kind that a browser does not send for another site's page without
 *       asking first (CSRF).
 *   <li>A request that the browser marks as from another site gets no answer (Fetch Metadata): the page could not read
 *       it, but could keep the gateway busy.
 *   <li>There are no WebSockets, because browsers do not keep them to their own site.
 * </ul>
 */
public final class BrowserGuard {

    private static final String PAGE = "/";

    private BrowserGuard() {}

    /** Why a request is not taken. */
    public record Refusal(int status, String why) {}

    /** With TLS any name will do: a page of another name has no certificate for it. */
    public static Optional<Refusal> check(Request request, boolean encrypted) {
        String host = header(request, "Host");
        if (!encrypted && !isThisMachine(host)) {
            return forbidden("call the gateway as localhost or by its address");
        }
        @Nullable String origin = request.getHeaders().get("Origin");
        if (origin != null && !origin.equals((encrypted ? "https://" : "http://") + host)) {
            return forbidden("not for pages of another origin");
        }
        if (isOfAnotherSite(request)) {
            return forbidden("not for pages of another site");
        }
        if (request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                || request.getHeaders().contains("Sec-WebSocket-Version")) {
            return Optional.of(new Refusal(HttpStatus.BAD_REQUEST_400, "there is no WebSocket here"));
        }
        if (changes(request) && !isJson(request)) {
            return Optional.of(
                    new Refusal(HttpStatus.UNSUPPORTED_MEDIA_TYPE_415, "Content-Type: application/json is required"));
        }
        return Optional.empty();
    }

    private static Optional<Refusal> forbidden(String why) {
        return Optional.of(new Refusal(HttpStatus.FORBIDDEN_403, why));
    }

    /** Who follows a link to our page is let in: the page that has the link sees nothing of it. */
    private static boolean isOfAnotherSite(Request request) {
        String site = header(request, "Sec-Fetch-Site");
        if (site.isEmpty() || site.equals("same-origin") || site.equals("none")) {
            return false;
        }
        boolean link = header(request, "Sec-Fetch-Mode").equals("navigate")
                && header(request, "Sec-Fetch-Dest").equals("document")
                && Request.getPathInContext(request).equals(PAGE);
        return !link || changes(request);
    }

    private static boolean changes(Request request) {
        return !HttpMethod.GET.is(request.getMethod()) && !HttpMethod.HEAD.is(request.getMethod());
    }

    private static boolean isJson(Request request) {
        String type = header(request, "Content-Type").toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.startsWith("application/json;");
    }

    private static String header(Request request, String name) {
        return Optional.ofNullable(request.getHeaders().get(name)).orElse("");
    }

    /** A name can be rebound to another address, an address cannot; browsers do not look localhost up. */
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
