package org.dicomgateway.testkit.jvm;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassNotLoadedException;
import com.sun.jdi.ClassType;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.InvalidTypeException;
import com.sun.jdi.InvocationException;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.EventRequestManager;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stops a JVM at one step of the program, by the JDK's own debugging interface: the program that ships is the one that
 * is stopped, and has nothing in it for the purpose. At that step every thread of it stands still, and stays so until
 * the process is killed.
 */
public final class Debugger implements AutoCloseable {

    private static final Duration ATTACH_LIMIT = Duration.ofSeconds(20);

    private final VirtualMachine machine;
    private final Step step;
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile @Nullable ThreadReference standing;
    private volatile boolean known;

    private Debugger(VirtualMachine machine, Step step) {
        this.machine = machine;
        this.step = step;
    }

    /**
     * A step of a program: before the first instruction of a method, or at its last, the one that returns.
     *
     * @param className with its package
     * @param hit which time, counted from 1
     */
    public record Step(String className, String method, boolean before, int hit) {

        @Override
        public String toString() {
            return (before ? "before " : "after ") + className.substring(className.lastIndexOf('.') + 1) + "." + method
                    + (hit == 1 ? "" : ", the " + hit + "th time");
        }
    }

    /** The option with which a JVM must be started; it waits for {@link #attach}. */
    public static String option(int port) {
        return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=127.0.0.1:" + port;
    }

    /** The option for a JVM that does not wait: it runs as it would alone, until {@link #attachLate}. */
    public static String optionForLater(int port) {
        return option(port).replace("suspend=y", "suspend=n");
    }

    /** Lets a JVM that waits on this port begin, until it comes to this step. */
    public static Debugger attach(int port, Step step) {
        return debug(connect(port), step);
    }

    /** Has a JVM that already runs go on, until it comes to this step; what it did before does not count. */
    public static Debugger attachLate(int port, Step step) {
        VirtualMachine machine = connect(port);
        machine.suspend();
        return debug(machine, step);
    }

    private static Debugger debug(VirtualMachine machine, Step step) {
        Debugger debugger = new Debugger(machine, step);
        // It stands still: no class can become one of these meanwhile.
        machine.classesByName(step.className()).stream()
                .filter(ReferenceType::isPrepared)
                .forEach(debugger::watch);
        EventRequestManager requests = machine.eventRequestManager();
        var prepared = requests.createClassPrepareRequest();
        prepared.addClassFilter(step.className());
        prepared.setSuspendPolicy(EventRequest.SUSPEND_ALL);
        prepared.enable();
        Thread events = new Thread(debugger::listen, "debugger-events");
        events.setDaemon(true);
        events.start();
        machine.resume();
        return debugger;
    }

    private static VirtualMachine connect(int port) {
        AttachingConnector socket = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(connector -> connector.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = socket.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(Integer.toString(port));
        long deadline = System.nanoTime() + ATTACH_LIMIT.toNanos();
        while (true) {
            try {
                return socket.attach(arguments);
            } catch (IOException notYet) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("no JVM waits for a debugger on port " + port, notYet);
                }
                LockSupport.parkNanos(20_000_000);
            } catch (IllegalConnectorArgumentsException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Whether it came to the step within this time; it stands still there. */
    public boolean await(Duration limit) {
        try {
            return reached.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether it came to the step. */
    public boolean hasReached() {
        return reached.getCount() == 0;
    }

    /** Whether the program has had such a class and method so far. */
    public boolean isKnown() {
        return known;
    }

    /**
     * Has an {@code Error} thrown in a thread of the program that stands still at the step, whatever that thread is
     * doing, and lets the program go on.
     *
     * @param thread the beginning of its name
     */
    public void throwIn(String thread, Class<? extends Error> error) {
        try {
            ThreadReference standingStill = Objects.requireNonNull(standing, "it has not come to the step");
            ThreadReference victim = machine.allThreads().stream()
                    .filter(each -> each.name().startsWith(thread))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no thread " + thread));
            ClassType type = (ClassType) machine.classesByName(error.getName()).get(0);
            Method constructor = type.concreteMethodByName("<init>", "()V");
            ObjectReference thrown =
                    type.newInstance(standingStill, constructor, List.of(), ObjectReference.INVOKE_SINGLE_THREADED);
            victim.stop(thrown);
            machine.eventRequestManager().deleteAllBreakpoints();
            machine.resume();
        } catch (InvalidTypeException
                | ClassNotLoadedException
                | IncompatibleThreadStateException
                | InvocationException e) {
            throw new IllegalStateException(e);
        }
    }

    private void listen() {
        int hits = 0;
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    if (event instanceof ClassPrepareEvent prepared) {
                        watch(prepared.referenceType());
                    } else if (event instanceof BreakpointEvent stopped && ++hits == step.hit()) {
                        standing = stopped.thread();
                        reached.countDown();
                    }
                }
                if (!hasReached()) {
                    events.resume();
                }
            }
        } catch (VMDisconnectedException gone) {
            // It ended, or was killed: that is what this is for.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(ReferenceType type) {
        List<Method> methods = type.methodsByName(step.method()).stream()
                .filter(method -> !method.isAbstract() && !method.isBridge())
                .toList();
        known = !methods.isEmpty();
        for (Method method : methods) {
            if (step.before()) {
                stopAt(method.locationOfCodeIndex(0));
            } else {
                // Not by its events of method exits: a JVM that is asked for them compiles nothing, and takes minutes.
                Bytecode.returns(method.bytecodes()).forEach(index -> stopAt(method.locationOfCodeIndex(index)));
            }
        }
    }

    private void stopAt(Location location) {
        var breakpoint = machine.eventRequestManager().createBreakpointRequest(location);
        breakpoint.setSuspendPolicy(EventRequest.SUSPEND_ALL);
        breakpoint.enable();
    }

    /** Lets it go on, without us. */
    @Override
    public void close() {
        try {
            machine.dispose();
        } catch (VMDisconnectedException gone) {
            // Nothing to let go.
        }
    }
}
