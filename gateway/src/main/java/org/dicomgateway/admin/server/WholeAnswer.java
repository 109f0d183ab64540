package org.dicomgateway.admin.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is collected, and sent when it is complete. So the thread that answers never waits for the caller.
 * Only live events are sent as they come; {@link EventStream} limits how much of them may wait.
 */
final class WholeAnswer extends Response.Wrapper implements Callback {

    private final Callback callback;
    private final Connections connections;
    private final EndPoint endPoint;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean complete;
    private boolean live;

    WholeAnswer(Request request, Response response, Callback callback, Connections connections) {
        super(request, response);
        this.callback = callback;
        this.connections = connections;
        this.endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        connections.working(endPoint);
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer part, Callback written) {
        if (body.size() == 0 && !complete && isLive()) {
            live = true;
        }
        if (live) {
            super.write(last, part, written);
            return;
        }
        if (part != null) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            body.writeBytes(bytes);
        }
        complete = last;
        written.succeeded();
    }

    private boolean isLive() {
        String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
        return type != null && type.startsWith("text/event-stream");
    }

    @Override
    public boolean hasLastWrite() {
        return complete || super.hasLastWrite();
    }

    @Override
    public void succeeded() {
        if (live || isCommitted()) {
            answered();
            callback.succeeded();
            return;
        }
        connections.answering(endPoint, body.size());
        super.write(true, ByteBuffer.wrap(body.toByteArray()), Callback.from(this::sent, callback::failed));
    }

    private void sent() {
        answered();
        callback.succeeded();
    }

    private void answered() {
        connections.answered(endPoint);
    }

    @Override
    public void failed(Throwable failure) {
        answered();
        callback.failed(failure);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
