package org.dicomgateway.admin.server;

import java.io.ByteArrayOutputStream;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/** Reads the body of a request as it arrives, without a thread that waits, and passes on the complete request. */
final class BodyReader implements Invocable.Task {

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final int limit;
    private final ErrorAnswers errors;
    private final Handler next;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    BodyReader(Request request, Response response, Callback callback, int limit, ErrorAnswers errors, Handler next) {
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.limit = limit;
        this.errors = errors;
        this.next = next;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** Called when more of the body has arrived. */
    @Override
    public void run() {
        try {
            read();
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    /** Takes what has arrived. Copies it, because the buffers are larger than what a slow caller sends at a time. */
    void read() throws Exception {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                errors.refuse(request, response, callback, HttpStatus.BAD_REQUEST_400, "the body is broken");
                return;
            }
            byte[] part = new byte[chunk.remaining()];
            chunk.getByteBuffer().get(part);
            boolean last = chunk.isLast();
            chunk.release();
            if (body.size() + part.length > limit) {
                errors.refuse(
                        request, response, callback, HttpStatus.PAYLOAD_TOO_LARGE_413, "more than " + limit + " bytes");
                return;
            }
            body.writeBytes(part);
            if (last) {
                next.handle(new WholeRequest(request, body.toByteArray()), response, callback);
                return;
            }
        }
    }
}
