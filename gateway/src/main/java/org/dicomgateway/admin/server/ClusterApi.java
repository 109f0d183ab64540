package org.dicomgateway.admin.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.admin.access.Caller;
import org.dicomgateway.admin.api.Requests;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.cluster.ClusterOrder;
import org.dicomgateway.admin.cluster.OrderView;
import org.dicomgateway.admin.cluster.PublishedView;
import org.dicomgateway.admin.cluster.PublishingView;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SpoolView.Selection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests about other gateways of a cluster, and orders to all of them. */
final class ClusterApi {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterApi.class);

    private static final Set<String> OF_COPIES =
            Set.of("study", "instance", "destination", "state", "gateway", "limit", "cursor");
    private static final Set<String> OF_WHEREABOUTS = Set.of("study", "instance");
    private static final Set<String> OF_ORDERS = Set.of("limit");
    private static final int LATEST = 20;

    private final Controls controls;

    ClusterApi(Controls controls) {
        this.controls = controls;
    }

    void register(RoutesConfig routes) {
        routes.get("/api/cluster/copies", this::copies);
        routes.get("/api/cluster/whereabouts", this::whereabouts);
        routes.get("/api/cluster/orders", this::orders);
        routes.get("/api/cluster/rules", this::published);
        routes.get("/api/cluster/rules/{version}", this::publishedText);
        routes.post("/api/cluster/rules", this::publish);
    }

    private ClusterControls cluster() {
        return controls.clusterControls().orElseThrow(() -> new NotFoundResponse("this gateway is not in a cluster"));
    }

    private void copies(Context context) {
        SearchApi.refuseUnknown(context, OF_COPIES);
        ClusterControls cluster = cluster();
        String gateway = SearchApi.text(context, "gateway");
        if (!gateway.isEmpty()) {
            known(cluster, gateway);
        }
        AdminApi.answer(
                context, cluster.copies(which(context), gateway, SearchApi.cursor(context), SearchApi.limit(context)));
    }

    private void whereabouts(Context context) {
        SearchApi.refuseUnknown(context, OF_WHEREABOUTS);
        Search which = which(context);
        if (which.study().isEmpty() && which.instance().isEmpty()) {
            throw new BadRequestResponse("study or instance is needed: the cluster's database knows instances by their "
                    + "Study and SOP Instance UIDs only");
        }
        AdminApi.answer(context, cluster().whereabouts(which));
    }

    private void orders(Context context) {
        SearchApi.refuseUnknown(context, OF_ORDERS);
        AdminApi.answer(context, cluster().orders(most(context)));
    }

    private static int most(Context context) {
        String limit = SearchApi.text(context, "limit");
        return limit.isEmpty() ? LATEST : (int) SearchApi.number("limit", limit, 1, SearchApi.MAX_LIMIT);
    }

    private void published(Context context) {
        SearchApi.refuseUnknown(context, OF_ORDERS);
        AdminApi.answer(context, new PublishedView.All(cluster().published(most(context))));
    }

    private void publishedText(Context context) {
        long version = version(context.pathParam("version"));
        AdminApi.answer(context, new PublishedView.Text(version, text(cluster(), version)));
    }

    private static long version(String text) {
        return SearchApi.number("version", text, 1, Long.MAX_VALUE);
    }

    private static String text(ClusterControls cluster, long version) {
        return cluster.publishedText(version)
                .orElseThrow(() -> new NotFoundResponse(
                        "no such version of the rules: " + version + "; it was never published, or long ago"));
    }

    private void publish(Context context) {
        Requests.Publish request = AdminApi.request(context, Requests.Publish.class);
        ClusterControls cluster = cluster();
        if (request.text().isPresent() == request.version().isPresent()) {
            throw new BadRequestResponse("one of text and version is needed");
        }
        String text =
                request.text().orElseGet(() -> text(cluster, request.version().orElseThrow()));
        PublishingView came = cluster.publish(
                text, request.version(), Caller.of(context).map(Caller::name).orElse(""), context.ip());
        LOG.info(
                "{}: rules {}",
                Caller.mention(context),
                came.version()
                        .map(version -> "are published for the cluster: version " + version)
                        .orElse("were not published: a gateway cannot use them, or has not answered"));
        AdminApi.answer(context, came);
    }

    private static Search which(Context context) {
        return new Search(
                SearchApi.text(context, "study"),
                "",
                SearchApi.text(context, "instance"),
                "",
                "",
                "",
                "",
                "",
                SearchApi.text(context, "destination"),
                SearchApi.state(SearchApi.text(context, "state")),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Has an order done by the gateways of the cluster. A delivery is meant by its number at the gateway that is asked,
     * unless another one is named.
     *
     * @param gateway the only one that has to do it
     * @return what they answered; empty when this gateway is in no cluster, and has to do it itself
     */
    Optional<OrderView> order(
            Context context, ClusterOrder.Action action, Selection selection, String reason, Optional<String> gateway) {
        Optional<ClusterControls> cluster = controls.clusterControls();
        if (cluster.isEmpty()) {
            if (gateway.isPresent()) {
                throw new BadRequestResponse("gateway: this gateway is not in a cluster");
            }
            return Optional.empty();
        }
        gateway.ifPresent(name -> known(cluster.get(), name));
        if (gateway.isPresent()
                && !action.isSteering()
                && !cluster.get().working().contains(gateway.get())) {
            throw new ConflictResponse("gateway " + gateway.get() + " is not at work: others take over what it has yet "
                    + "to deliver, and try again what is parked there");
        }
        Optional<Caller> caller = Caller.of(context);
        return Optional.of(cluster.get()
                .order(new ClusterOrder(
                        action,
                        caller.map(Caller::name).orElse(""),
                        context.ip(),
                        selection,
                        reason,
                        gateway.orElse(
                                selection.deliveryId() == 0 ? "" : cluster.get().node()))));
    }

    private static void known(ClusterControls cluster, String name) {
        if (!cluster.gateways().contains(name)) {
            throw new NotFoundResponse("no such gateway: " + AdminApi.printable(name) + "; there are "
                    + String.join(", ", cluster.gateways()));
        }
    }
}
