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
 * The toolkit's objects for one association; nothing of it is shared with another.
 *
 * <p>All its timers stay off: they would share a thread, and an abort that the peer does not take would block it.
 * {@link DicomSocket} keeps the time instead.
 */
public final class ToolkitDevice extends Device {

    private static final long serialVersionUID = 1L;

    static {
        ToolkitLog.nameOneCaller();
    }

    private final transient Consumer<Association> onOpen;

    /**
     * @param connection given to this device
     * @param aeTitle ours; {@code *} for any
     * @param reader runs the loop that reads PDUs until the association is over
     * @param onOpen told the association, by the reader, before the first PDU
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

    /** Only the delayed closing of a socket comes here; closing is the business of the socket's owner. */
    @Override
    public @Nullable ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return null;
    }
}
