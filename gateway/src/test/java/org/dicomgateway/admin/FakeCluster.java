package org.dicomgateway.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dicomgateway.admin.cluster.ClusterControls;
import org.dicomgateway.admin.cluster.ClusterOrder;
import org.dicomgateway.admin.cluster.CopyView;
import org.dicomgateway.admin.cluster.OrderView;
import org.dicomgateway.admin.cluster.PublishedView;
import org.dicomgateway.admin.cluster.PublishingView;
import org.dicomgateway.admin.cluster.WhereaboutsView;
import org.dicomgateway.spool.Search;
import org.dicomgateway.spool.SearchException;
import org.dicomgateway.spool.SpoolSearch.Page;

/** A cluster of gw1, which is asked, gw2, which does what is ordered, and gw3, which is dead. */
public final class FakeCluster implements ClusterControls {

    public final List<ClusterOrder> orders = new ArrayList<>();
    public final List<String> published = new ArrayList<>();
    /** Whether the database answers. */
    public boolean answers = true;

    @Override
    public String node() {
        return "gw1";
    }

    @Override
    public Set<String> gateways() {
        return new TreeSet<>(List.of("gw1", "gw2", "gw3"));
    }

    @Override
    public Set<String> working() {
        return new TreeSet<>(List.of("gw1", "gw2"));
    }

    @Override
    public OrderView order(ClusterOrder order) {
        orders.add(order);
        return view(order);
    }

    private OrderView view(ClusterOrder order) {
        return new OrderView(
                answers ? Optional.of(7L) : Optional.empty(),
                FakeControls.NOW,
                order.action().name().toLowerCase(Locale.ROOT),
                order.operator(),
                "gw1",
                order.selection().destination(),
                order.selection().studyInstanceUid(),
                order.reason(),
                order.action().isSteering() ? Optional.empty() : Optional.of(FakeControls.NOW.plusSeconds(60)),
                2,
                answers,
                answers
                        ? List.of(
                                new OrderView.AnswerView("gw1", "done", 0, "nothing of it"),
                                new OrderView.AnswerView("gw2", "done", 2, "2 of it"))
                        : List.of(new OrderView.AnswerView("gw1", "done", 2, "2 of it")),
                answers ? "" : "the cluster's database does not answer; the other gateways were not asked");
    }

    @Override
    public List<OrderView> orders(int limit) {
        requireDatabase();
        return orders.stream().map(this::view).limit(limit).toList();
    }

    @Override
    public Page<CopyView> copies(Search which, String gateway, Optional<String> cursor, int limit) {
        requireDatabase();
        return new Page<>(
                List.of(new CopyView(
                        "gw2",
                        7168,
                        "1.2.3.4",
                        "1.2.3",
                        "all",
                        Optional.of("a"),
                        "parked",
                        "0xA700 Out of Resources",
                        FakeControls.NOW,
                        FakeControls.NOW)),
                Optional.empty());
    }

    @Override
    public WhereaboutsView whereabouts(Search which) {
        requireDatabase();
        return new WhereaboutsView(
                List.of(new WhereaboutsView.HolderView("gw2", "working", 1, 1, 0, FakeControls.NOW, FakeControls.NOW)),
                List.of(new WhereaboutsView.AtView(
                        "gw2", Optional.of("a"), "parked", 1, FakeControls.NOW, "0xA700 Out of Resources")));
    }

    private void requireDatabase() {
        if (!answers) {
            throw new SearchException(
                    "the cluster's database cannot be asked: it is away", new IllegalStateException());
        }
    }

    @Override
    public PublishingView publish(String text, Optional<Long> again, String operator, String address) {
        published.add(text);
        return new PublishingView(
                Optional.of((long) published.size()),
                true,
                List.of(new PublishingView.AnswerView(node(), "in-force", "in force")));
    }

    @Override
    public List<PublishedView> published(int limit) {
        return List.of();
    }

    @Override
    public Optional<String> publishedText(long version) {
        return version <= published.size() ? Optional.of(published.get((int) version - 1)) : Optional.empty();
    }
}
