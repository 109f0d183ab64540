package org.dicomgateway.admin.server;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * A request whose whole body has arrived, so that reading it never waits. The body is always JSON in UTF-8 (RFC 8259).
 */
final class WholeRequest extends Request.Wrapper {

    private final HttpFields headers;
    private final int length;
    private Content.Chunk next;

    WholeRequest(Request request, byte[] body) {
        super(request);
        HttpFields.Mutable own = HttpFields.build(request.getHeaders());
        own.remove(HttpHeader.TRANSFER_ENCODING);
        // Javalin would take it for the method, after BrowserGuard has judged the real one.
        own.remove("X-HTTP-Method-Override");
        if (HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod())) {
            own.remove(HttpHeader.CONTENT_TYPE);
        } else {
            own.put(HttpHeader.CONTENT_TYPE, "application/json");
        }
        own.put(HttpHeader.CONTENT_LENGTH, body.length);
        headers = own.asImmutable();
        length = body.length;
        next = body.length == 0 ? Content.Chunk.EOF : Content.Chunk.from(ByteBuffer.wrap(body), true);
    }

    @Override
    public HttpFields getHeaders() {
        return headers;
    }

    @Override
    public long getLength() {
        return length;
    }

    @Override
    public Content.Chunk read() {
        Content.Chunk chunk = next;
        next = Content.Chunk.EOF;
        return chunk;
    }

    @Override
    public void demand(Runnable ready) {
        ready.run();
    }
}
