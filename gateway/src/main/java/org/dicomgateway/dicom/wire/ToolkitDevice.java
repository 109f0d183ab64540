package org.dicomgateway.dicom.wire;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.aoju.bus.image.Device;
import org.aoju.bus.image.metric.ApplicationEntity;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The toolkit's objects for one association. Associations share none of them.
 *
 * <p>All timers of the toolkit are off: they would share a thread, and an abort that the peer does not read would
 * block it. {@link DicomSocket} has the time limits instead.
 */
public final class ToolkitDevice extends Device {

    private static final long serialVersionUID = 1L;

    static {
        ToolkitLog.nameOneCaller();
    }

    private final transient Consumer<Association> onOpen;

    /**
     * Creates the objects for one association.
     *
     * @param connection the connection of this device
     * @param aeTitle our AE title; {@code *} for any
     * @param reader runs the loop that reads PDUs until the association is over
     * @param onOpen gets the association, in the thread of the reader, before the first PDU
     */
    public ToolkitDevice(Connection connection, String aeTitle, Executor reader, Consumer<Association> onOpen) {
        super("dicom-gateway");
        this.onOpen = onOpen;
        setExecutor(reader);
        addConnection(connection);
        ApplicationEntity entity = new ApplicationEntity(aeTitle);
        addApplicationEntity(entity);
        entity.addConnection(connection);
    }

    @Override
    public void addAssociation(Association association) {
        onOpen.accept(association);
        super.addAssociation(association);
    }

    /** The toolkit uses this only to close a socket after a delay. Here, the owner closes the socket. */
    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return null;
    }
}
