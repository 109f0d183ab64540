package org.dicomgateway.cluster;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.dicomgateway.config.settings.GatewaySettings.ClusterSettings;
import org.dicomgateway.forward.association.SharedPlaces;
import org.dicomgateway.process.LongLived;
import org.dicomgateway.process.Repeating;
import org.dicomgateway.spool.Chooser;
import org.dicomgateway.spool.Handover;
import org.dicomgateway.spool.Replica;
import org.dicomgateway.spool.Whereabouts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This gateway in its cluster. */
public final class Cluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final ClusterSettings settings;
    private final Database database;
    private final Membership membership;
    private final ProgressWriter.Queue queue = new ProgressWriter.Queue();
    private final SentNotes notes;
    private final ClusterReplica replica;
    private final ClusterPlaces places;
    private final Upkeep upkeep;
    private final ClusterSearch search;
    private final ClusterOrders orders;
    private final ClusterRules rules;
    private @Nullable ProgressWriter progress;
    private @Nullable Takeover takeover;
    private @Nullable Adoption adoption;

    /**
     * Joins the cluster when the spool is opened with {@link #replica}.
     *
     * @param software the version of this gateway
     * @param history how long finished instances can still be found
     * @param onFenced called once, when another gateway has declared this one dead: the process must end at once
     */
    public Cluster(ClusterSettings settings, String software, Duration history, Runnable onFenced) {
        this.settings = settings;
        // Each answer within half the patience: so there is time to ask another server what became of a commit.
        this.database = new Database(
                settings.database(), settings.node(), settings.patience().dividedBy(2));
        this.membership = new Membership(settings, database, software, onFenced, System::nanoTime);
        this.notes = new SentNotes(database, membership);
        this.replica = new ClusterReplica(
                database, membership, new Packs(database, membership), queue, notes, settings.patience());
        this.places = new ClusterPlaces(database, membership);
        this.upkeep = new Upkeep(database, membership, history);
        this.search = new ClusterSearch(database, membership);
        this.orders = new ClusterOrders(settings.node(), membership, search, queue, history);
        this.rules = new ClusterRules(settings.node(), database, membership, search);
    }

    /** What keeps the spool's instances in the cluster. */
    public Replica replica() {
        return replica;
    }

    /** A chooser that keeps together over all gateways what this one keeps together. */
    public Chooser shared(Chooser chooser) {
        return new SharedChooser(chooser, database, membership);
    }

    /** The places at destinations that the gateways share. */
    public SharedPlaces places() {
        return places;
    }

    /**
     * Makes spool and cluster agree, and begins to take over what other gateways leave. Called before anything is sent.
     *
     * @throws IOException when the database cannot be used
     */
    public void start(Handover spool) throws IOException {
        ProgressWriter writer = new ProgressWriter(database, membership, queue, spool);
        Takeover others = new Takeover(database, membership, queue, spool);
        Adoption own = new Adoption(database, membership, queue, spool);
        insist(others::reconcile);
        progress = writer;
        takeover = others;
        adoption = own;
        writer.start();
        notes.start();
        others.start();
        own.start();
        places.start();
        upkeep.start();
    }

    /**
     * Does what operators ordered while this gateway was away, and pauses what the cluster has paused. Called before
     * anything is sent.
     *
     * @param here gets the rules that were published meanwhile
     * @param pause gets a destination and the reason
     * @param resume gets a destination
     * @throws IOException when the database cannot be used
     */
    public void catchUp(ClusterRules.Target here, BiConsumer<String, String> pause, Consumer<String> resume)
            throws IOException {
        insist(() -> rules.catchUp(here));
        insist(() -> orders.catchUp(pause, resume));
    }

    /** Something that needs the database, and can be done again. */
    private interface Step {
        void take() throws SQLException;
    }

    private static void insist(Step step) throws ClusterException {
        try {
            Database.insist(() -> {
                step.take();
                return true;
            });
        } catch (SQLException e) {
            throw new ClusterException("the cluster's database cannot be used: " + e.getMessage(), e);
        }
    }

    /** From now on orders of operators are done here, and what they publish is put in force. */
    public void steer(ClusterOrders.Steering how) {
        orders.start(how);
        rules.start();
    }

    /** What the cluster's database knows of instances. */
    public ClusterSearch search() {
        return search;
    }

    /** What operators order from all gateways. */
    public ClusterOrders orders() {
        return orders;
    }

    /** Where instances are over all gateways, for this one and what the spool knows. */
    public Whereabouts whereabouts(Whereabouts spool) {
        return new ClusterWhereabouts(spool, membership, search);
    }

    /** The rules that operators publish for all gateways. */
    public ClusterRules rules() {
        return rules;
    }

    /** The threads that must run until it is closed. */
    public List<LongLived> threads() {
        return Stream.of(
                        Stream.of(
                                        membership.beats(),
                                        places.repeating(),
                                        upkeep.repeating(),
                                        orders.repeating(),
                                        rules.repeating())
                                .map(Repeating::thread),
                        Stream.ofNullable(takeover).map(each -> each.repeating().thread()),
                        Stream.ofNullable(adoption).map(each -> each.repeating().thread()),
                        Stream.ofNullable(progress).map(ProgressWriter::thread),
                        Stream.of(notes.thread()))
                .flatMap(each -> each)
                .toList();
    }

    /** What is seen of the cluster now. */
    public ClusterView view() {
        Map<Integer, Duration> silence = membership.silence();
        return new ClusterView(
                settings.node(),
                membership.closedBecause(),
                membership.answers(),
                membership.database(),
                membership.hasStandby(),
                settings.lease(),
                membership.members().stream()
                        .map(member -> new ClusterView.MemberView(
                                member.node(),
                                member.state().name().toLowerCase(Locale.ROOT),
                                member.since(),
                                Optional.ofNullable(silence.get(member.id())),
                                upkeep.unfinished().getOrDefault(member.id(), 0L),
                                upkeep.alone().getOrDefault(member.id(), 0L),
                                member.software(),
                                member.rules(),
                                member.transforms()))
                        .toList());
    }

    /** Takes nothing more over, and no more orders. Called before the spool is closed. */
    public void stop() {
        orders.close();
        rules.close();
        Takeover others = takeover;
        if (others != null) {
            others.close();
        }
        Adoption own = adoption;
        if (own != null) {
            own.close();
        }
    }

    /**
     * Leaves the cluster. Called after the spool is closed, and only if nothing is left in it to deliver. Otherwise the
     * lease runs out: a gateway that is started again within it keeps its work.
     */
    public void leave() {
        closeWriter();
        try {
            membership.leave();
        } catch (SQLException e) {
            LOG.warn("the cluster was not left in order; its other gateways notice: {}", e.getMessage());
        }
    }

    private void closeWriter() {
        ProgressWriter writer = progress;
        if (writer != null) {
            writer.close();
        }
    }

    /** Writes what was delivered, and ends. Called after the spool is closed. */
    @Override
    public void close() {
        stop();
        closeWriter();
        notes.close();
        places.close();
        upkeep.close();
        membership.close();
        database.close();
    }
}
