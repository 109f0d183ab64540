package org.dicomgateway.app;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles SIGHUP, the signal that makes a daemon read its configuration again.
 *
 * <p>Java has only {@code sun.misc.Signal} of the module jdk.unsupported for signals. It is used by reflection, so that
 * the gateway still runs on a Java without it.
 */
final class SighupHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SighupHandler.class);

    private SighupHandler() {}

    /** Runs {@code action} at each SIGHUP, in a thread of the signal. Logs when signals are not available. */
    static void onSignal(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
            Object calls = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "handle" -> handle(action);
                            case "equals" -> {
                                return arguments != null && proxy == arguments[0];
                            }
                            case "hashCode" -> {
                                return System.identityHashCode(proxy);
                            }
                            default -> {
                                return "on SIGHUP";
                            }
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler).invoke(null, hangUp, calls);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.info("SIGHUP is not available here; save routing.conf, or use the command reload, instead", e);
        }
    }

    private static void handle(Runnable action) {
        LOG.info("SIGHUP: the rules are read again");
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.error("the rules could not be read again", e);
        }
    }
}
