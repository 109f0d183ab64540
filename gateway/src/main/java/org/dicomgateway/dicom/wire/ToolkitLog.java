package org.dicomgateway.dicom.wire;

import java.lang.reflect.Field;
import org.aoju.bus.core.lang.caller.Caller;
import org.aoju.bus.core.toolkit.CallerKit;
import org.aoju.bus.image.metric.Association;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares the toolkit's logging its most expensive habit: for each line that it might log, several for each PDU, it finds
 * out who called by a walk over the whole stack, and only then asks whether that line is wanted. While small instances
 * were received this was two fifths of the processor time of the threads that did. Here it gets one fixed answer
 * instead, so that all it logs is logged in the name of its {@link Association}.
 */
final class ToolkitLog {

    private static final Logger LOG = LoggerFactory.getLogger(ToolkitLog.class);

    private ToolkitLog() {}

    /**
     * From now on. To be called before the toolkit logs anything: what was compiled before may keep to the old way, as
     * everything does where a JVM does not let this be done. That is slower, and nothing else.
     */
    static void nameOneCaller() {
        try {
            // The field is final and private, and there is no setting; no other means reaches it.
            Class<?> unsafeClass = Class.forName("sun.misc.Unsafe");
            Field theUnsafe = unsafeClass.getDeclaredField("theUnsafe");
            theUnsafe.setAccessible(true);
            Object unsafe = theUnsafe.get(null);
            // Initialized first, or its initializer would have the last word.
            Field instance = Class.forName(CallerKit.class.getName()).getDeclaredField("INSTANCE");
            Object base = unsafeClass.getMethod("staticFieldBase", Field.class).invoke(unsafe, instance);
            Object offset =
                    unsafeClass.getMethod("staticFieldOffset", Field.class).invoke(unsafe, instance);
            unsafeClass
                    .getMethod("putObject", Object.class, long.class, Object.class)
                    .invoke(unsafe, base, offset, new OneCaller());
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("the toolkit goes on finding out who logs by walking the stack", e);
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
