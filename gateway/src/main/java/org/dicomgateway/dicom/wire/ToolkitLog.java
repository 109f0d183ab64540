package org.dicomgateway.dicom.wire;

import java.lang.reflect.Field;
import org.aoju.bus.core.lang.caller.Caller;
import org.aoju.bus.core.toolkit.CallerKit;
import org.aoju.bus.image.metric.Association;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Avoids an expensive step in the toolkit's logging. For each possible log line, several per PDU, the toolkit walks
 * the whole stack to find its caller. Only then it checks whether the line is enabled. With small instances, this
 * took two fifths of the processor time of the receiving threads. This class gives the toolkit one fixed answer
 * instead, so that all its lines appear under the name of its {@link Association}.
 */
final class ToolkitLog {

    private static final Logger LOG = LoggerFactory.getLogger(ToolkitLog.class);

    private ToolkitLog() {}

    /**
     * Applies the change. Call it before the toolkit logs anything: code that is already compiled may keep the old
     * way. Some JVMs do not allow this change. Then only the speed suffers.
     */
    static void nameOneCaller() {
        try {
            // The field is final and private, and there is no setting. No other way reaches it.
            Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
            Field theUnsafe = unsafeClass.getDeclaredField("theUnsafe");
            theUnsafe.setAccessible(true);
            Object unsafe = theUnsafe.get(null);
            // Initialize the class first, or its initializer would overwrite the new value.
            Field instance = Class.forName(CallerKit.class.getName()).getDeclaredField("INSTANCE");
            Object base = unsafeClass.getMethod("staticFieldBase", Field.class).invoke(unsafe, instance);
            Object offset =
                    unsafeClass.getMethod("staticFieldOffset", Field.class).invoke(unsafe, instance);
            unsafeClass
                    .getMethod("putObject", Object.class, long.class, Object.class)
                    .invoke(unsafe, base, offset, new OneCaller());
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("the toolkit's logging could not be made faster; it still walks the stack", e);
        }
    }

    private static final class OneCaller implements Caller {

        @Override
        public Class<?> getCaller() {
            return Association.class;
        }

        @Override
        public Class<?> getCallers() {
            return Association.class;
        }

        @Override
        public Class<?> getCaller(int depth) {
            return Association.class;
        }

        @Override
        public boolean isCalledBy(Class<?> type) {
            return false;
        }
    }
}
