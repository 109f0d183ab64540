package org.dicomgateway.admin.server;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.admin.api.CertificateView;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.HealthView;
import org.dicomgateway.admin.api.ProcessView;
import org.dicomgateway.admin.api.ReceiverView;
import org.dicomgateway.admin.api.ReloadView;
import org.dicomgateway.admin.api.RouteView;
import org.dicomgateway.admin.api.RulesView;
import org.dicomgateway.admin.api.StatusView;
import org.dicomgateway.admin.api.VerificationView;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.events.EventControls;
import org.dicomgateway.observe.RejectedSenders;
import org.dicomgateway.spool.Search;

/** What operators see and control, apart from the spool. Safe for any number of threads. */
public interface Controls {

    /** The process. */
    ProcessView process();

    /** Events and their receivers. */
    EventControls events();

    /** Whether associations are accepted. */
    ReceiverView receiver();

    /**
     * Refuses new associations, as a transient condition, until {@link #resumeReceiver}. A restart does not end the
     * pause. Open associations continue.
     *
     * @param why for other operators; may be empty
     */
    void pauseReceiver(String why);

    /**
     * Takes nothing more in until {@link #resumeReceiver} or a restart: new associations are refused as a transient
     * condition, instances under way are finished, and further ones on open associations are refused.
     *
     * @param why for other operators; may be empty
     */
    void drain(String why);

    /**
     * Whether the books count everything that was received before this call. False also when that is not known within
     * two seconds.
     */
    boolean booksAreComplete();

    /**
     * Accepts associations again.
     *
     * @return whether it was paused or drained
     */
    boolean resumeReceiver();

    /** The senders that got no association lately. */
    RejectedSenders rejectedSenders();

    /** The routes in force, in their order. */
    List<RouteView> routes();

    /** The certificates in force, the first to expire first. */
    List<CertificateView> certificates();

    /** The requests of storage commitment. */
    CommitmentsView commitments();

    /** The cluster that the gateway is in. Empty when it is on its own. */
    Optional<StatusView.Cluster> cluster();

    /** What is seen of the other gateways of a cluster, and ordered from all. Empty when it is on its own. */
    Optional<ClusterControls> clusterControls();

    /** The rules in force. */
    RulesView rules();

    /** The destinations in force, by name. */
    Map<String, HealthView> destinations();

    /**
     * Sends nothing more to a destination until {@link #resume}. A restart does not end the pause.
     *
     * @param why for other operators; may be empty
     * @return whether the destination exists
     */
    boolean pause(String destination, String why);

    /**
     * Sends to a destination again.
     *
     * @return whether it was paused
     */
    boolean resume(String destination);

    /**
     * Begins to check copies, and to repair them if asked. Returns at once.
     *
     * @param which the copies; only the delivered ones are checked
     * @return how far it got
     */
    VerificationView verify(Search which, boolean repair, boolean overwrite);

    /** How far a request to check copies got; empty when there is none with this number, or not any more. */
    Optional<VerificationView> verification(long number);

    /**
     * Tries a destination that is down now, not at its next attempt.
     *
     * @return whether it is down; a paused or closed destination is not
     */
    boolean tryNow(String destination);

    /** Reads the rules again now, and applies the changes if the file has no errors. */
    ReloadView reload();
}
