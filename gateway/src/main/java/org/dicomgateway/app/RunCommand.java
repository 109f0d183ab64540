package org.dicomgateway.app;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.dicomgateway.cli.check.SecurityWarnings;
import org.dicomgateway.cli.common.ConfigurationFile;
import org.dicomgateway.cli.common.ExitCode;
import org.dicomgateway.config.Configuration.Loaded;
import org.dicomgateway.config.hocon.ConfigurationException;
import org.dicomgateway.observe.ForwardLog;
import org.dicomgateway.process.EndOfProcess;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs the gateway until the process is stopped. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs the gateway in the foreground, until Ctrl-C or SIGTERM.",
        exitCodeList = {
            "0:stopped in order",
            "1:it could not start",
            "2:the configuration is wrong",
            "3:a thread died, out of memory for example",
            "4:another gateway of the cluster has taken over its work"
        },
        exitCodeListHeading = "Exit codes:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME}", "  ${COMMAND-FULL-NAME} --config /etc/dicom-gateway/gateway.conf"})
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private final ConfigurationFile configuration = new ConfigurationFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws ConfigurationException, InterruptedException {
        EndOfProcess.onErrors();
        Loaded settings = configuration.load();
        SecurityWarnings.ofSettings(configuration.path(), settings).forEach(each -> LOG.warn("{}", each));
        HeapNeed.warning(settings.gateway().listeners(), Runtime.getRuntime().maxMemory())
                .ifPresent(LOG::warn);
        Gateway gateway;
        try {
            gateway = Gateway.open(configuration.path(), settings);
        } catch (IOException e) {
            return cannotStart(e);
        }
        // Before the first instance is received: from then on, the process must stop in order.
        Thread hook = endInOrder(gateway);
        try {
            gateway.start();
        } catch (IOException e) {
            int code = cannotStart(e);
            Runtime.getRuntime().removeShutdownHook(hook);
            gateway.close();
            return code;
        }
        SighupHandler.onSignal(gateway::reload);
        LOG.info(
                "ready: listening on {}, {} destinations, configuration {}",
                gateway.addresses().stream().map(Object::toString).collect(joining(", ")),
                settings.routing().destinations().size(),
                configuration.path());
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    /** The message says what to do. The stack trace would hide it, and is in the log at DEBUG. */
    private int cannotStart(IOException e) {
        spec.commandLine().getErr().println("the gateway cannot start: " + e.getMessage());
        LOG.error("the gateway cannot start: {}", e.getMessage());
        LOG.debug("the gateway cannot start", e);
        return ExitCode.FAILED;
    }

    /**
     * Makes the process stop in order and exit with 0. Without this, a process that ends by a signal exits with 128
     * plus the signal's number, although it was asked to stop and has not failed.
     */
    private static Thread endInOrder(Gateway gateway) {
        Thread hook = new Thread(
                () -> {
                    int code = ExitCode.FAILED;
                    try {
                        gateway.close();
                        code = ExitCode.DONE;
                    } catch (RuntimeException e) {
                        LOG.error("did not stop in order", e);
                    }
                    ForwardLog.flush();
                    Runtime.getRuntime().halt(code);
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }
}
