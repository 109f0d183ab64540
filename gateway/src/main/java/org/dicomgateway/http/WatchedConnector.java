package org.dicomgateway.http;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A port of the web server. It reports every connection to its {@link ConnectionWatch} as soon as it opens. */
public final class WatchedConnector extends ServerConnector {

    private static final int LOOK_MILLIS = 500;
    private static final int BACKLOG = 128;

    private final ConnectionWatch watch;

    /**
     * Uses one thread that accepts, and one that moves the bytes of all watch. Neither ever waits for a caller.
     */
    public WatchedConnector(
            Server server, InetSocketAddress address, ConnectionWatch watch, List<ConnectionFactory> protocols) {
        super(server, null, null, null, 1, 1, protocols.toArray(ConnectionFactory[]::new));
        this.watch = watch;
        setHost(address.getAddress().getHostAddress());
        setPort(address.getPort());
        setAcceptQueueSize(BACKLOG);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        look();
    }

    private void look() {
        watch.closeOverdue();
        if (isRunning()) {
            getScheduler().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The end point below TLS, if there is TLS: the one that is reported to the watch. */
    public static EndPoint wire(EndPoint endPoint) {
        return endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : endPoint;
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        watch.opened(endPoint);
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        watch.closed(endPoint);
        super.onEndPointClosed(endPoint);
    }
}
