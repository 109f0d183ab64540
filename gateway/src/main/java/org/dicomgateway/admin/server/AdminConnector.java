package org.dicomgateway.admin.server;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The port of the operators' interface. It reports every connection to {@link Connections} as soon as it opens. */
final class AdminConnector extends ServerConnector {

    private static final int LOOK_MILLIS = 500;
    private static final int BACKLOG = 128;

    private final Connections connections;

    /**
     * Uses one thread that accepts, and one that moves the bytes of all connections. Neither ever waits for a caller.
     */
    AdminConnector(
            Server server, InetSocketAddress address, Connections connections, List<ConnectionFactory> protocols) {
        super(server, null, null, null, 1, 1, protocols.toArray(ConnectionFactory[]::new));
        this.connections = connections;
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
        connections.closeOverdue();
        if (isRunning()) {
            getScheduler().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        connections.opened(endPoint);
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        connections.closed(endPoint);
        super.onEndPointClosed(endPoint);
    }
}
