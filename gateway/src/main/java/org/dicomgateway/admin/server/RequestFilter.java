package org.dicomgateway.admin.server;

import java.util.Optional;
import org.dicomgateway.admin.access.BrowserGuard;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/**
 * What every request must pass first. It must not come from a foreign web page (see {@link BrowserGuard}), and it must
 * have arrived completely before a thread works on it. Runs in the thread that moves the bytes of all connections, and
 * never waits.
 */
final class RequestFilter extends Handler.Wrapper {

    private final boolean encrypted;
    private final HttpLimits limits;
    private final ErrorAnswers errors;

    RequestFilter(boolean encrypted, HttpLimits limits, ErrorAnswers errors, Handler next) {
        super(next);
        this.encrypted = encrypted;
        this.limits = limits;
        this.errors = errors;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        errors.addHeaders(response.getHeaders());
        Optional<BrowserGuard.Refusal> refusal = BrowserGuard.check(request, encrypted);
        if (refusal.isPresent()) {
            response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
            errors.refuse(
                    request,
                    response,
                    callback,
                    refusal.get().status(),
                    refusal.get().why());
            return true;
        }
        boolean hasBody = request.getLength() > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (!hasBody) {
            return super.handle(new WholeRequest(request, new byte[0]), response, callback);
        }
        new BodyReader(request, response, callback, limits.requestBytes(), errors, getHandler()).read();
        return true;
    }
}
