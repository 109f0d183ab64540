package org.dicomgateway.admin.server;

import java.nio.ByteBuffer;
import java.util.Locale;
import org.dicomgateway.admin.api.Json;
import org.dicomgateway.dicom.values.Text;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** The answers to requests that fail, also to those that are not valid HTTP: JSON, with the headers of every answer. */
final class ErrorAnswers extends ErrorHandler {

    private static final int MAX_MESSAGE = 200;
    private static final String A_YEAR = "max-age=31536000";

    private final boolean encrypted;

    /** Creates the answers of a server with or without TLS. */
    ErrorAnswers(boolean encrypted) {
        this.encrypted = encrypted;
    }

    /** Adds the headers of every answer: do not store it, do not guess its type, and stay with TLS (RFC 6797). */
    void addHeaders(HttpFields.Mutable headers) {
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put("X-Content-Type-Options", "nosniff");
        if (encrypted) {
            headers.put(HttpHeader.STRICT_TRANSPORT_SECURITY, A_YEAR);
        }
    }

    /** Refuses a request. */
    void refuse(Request request, Response response, Callback callback, int status, String why) {
        response.setStatus(status);
        addHeaders(response.getHeaders());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        byte[] body = Json.bytes(new Answers.Failure(Text.printable(why, MAX_MESSAGE)));
        boolean bodiless = HttpStatus.hasNoBody(status) || HttpMethod.HEAD.is(request.getMethod());
        response.write(true, bodiless ? null : ByteBuffer.wrap(body), callback);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Object cause = request.getAttribute(ERROR_EXCEPTION);
        int status = cause instanceof HttpException known ? known.getCode() : response.getStatus();
        boolean ours = status >= HttpStatus.INTERNAL_SERVER_ERROR_500;
        Object message = request.getAttribute(ERROR_MESSAGE);
        String why = ours || message == null ? HttpStatus.getMessage(status) : message.toString();
        refuse(request, response, callback, status, why.toLowerCase(Locale.ROOT));
        return true;
    }
}
