package org.dicomgateway.app;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, by which daemons are told to read their configuration again.
 *
 * <p>Java has no other way to signals than {@code sun.misc.Signal} of the module jdk.unsupported, which is there for
 * such uses until something else is; by reflection, so that a Java without it still runs the gateway.
 */
final class SighupHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SighupHandler.class);

    private SighupHandler() {}

    /** Has {@code action} run, in a thread of the signal's own, at each SIGHUP; logs when that cannot be had. */
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
            LOG.info("SIGHUP cannot be had here; saving routing.conf, or scripts/gateway reload, does the same", e);
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
