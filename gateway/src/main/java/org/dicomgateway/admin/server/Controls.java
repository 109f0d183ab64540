package org.dicomgateway.admin.server;

import java.util.List;
import java.util.Map;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;

/** The gateway as its operators see and steer it, beside its spool. For any number of threads. */
public interface Controls {

    /** The process. */
    ProcessView process();

    /** Whether associations are accepted. */
    ReceiverView receiver();

    /**
     * Refuses new associations, as a transient condition, until {@link #resumeReceiver}, restarts included. Those that are
     * open go on.
     *
     * @param why for other operators; may be empty
     */
    void pauseReceiver(String why);

    /**
     * Accepts associations again.
     *
     * @return whether it was paused
     */
    boolean resumeReceiver();

    /** The routes of these rules, in their order. */
    List<RouteView> routes();

    /** The certificates in force, the one that expires first before the others. */
    List<CertificateView> certificates();

    /** The rules it goes by. */
    RulesView rules();

    /** The destinations of these rules, by name. */
    Map<String, HealthView> destinations();

    /**
     * Sends nothing more to a destination until {@link #resume}, restarts included.
     *
     * @param why for other operators; may be empty
     * @return whether there is such a destination
     */
    boolean pause(String destination, String why);

    /**
     * Sends to a destination again.
     *
     * @return whether it was paused
     */
    boolean resume(String destination);

    /** Reads the rules again, now, and applies what changed if there is nothing wrong with it. */
    ReloadView reload();
}
