package org.dicomgateway.admin.api;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.dicomgateway.observe.Traffic;
import org.dicomgateway.spool.SpoolView.Books;
import org.dicomgateway.spool.SpoolView.Vitals;

/**
 * The gateway at a glance.
 *
 * @param version of the program
 * @param startedAt when it came up
 * @param process the process
 * @param receiver whether associations are accepted
 * @param rules the rules it goes by
 * @param totals deliveries of all destinations together
 * @param unrouted instances that are held because no route applies to them
 * @param unassigned deliveries that wait because none of their destinations can be used
 * @param certificates by which the gateway says who it is, the one that expires first before the others
 * @param disk the file system of the spool
 * @param damage what went wrong with what the spool keeps
 * @param rates averages over the last ten seconds
 * @param senders who sent in the last hour, the last one first; of bounded number
 */
public record StatusView(
        String version,
        Instant startedAt,
        ProcessView process,
        ReceiverView receiver,
        RulesView rules,
        Totals totals,
        long unrouted,
        long unassigned,
        List<CertificateView> certificates,
        Disk disk,
        Damage damage,
        Rates rates,
        List<Sender> senders) {

    /** Copies the lists. */
    public StatusView {
        certificates = List.copyOf(certificates);
        senders = List.copyOf(senders);
    }

    /** Deliveries, counted as in {@link Books}. */
    public record Totals(
            long received, long delivered, long pending, long parked, long held, long superseded, long pendingBytes) {

        public static Totals of(Collection<Books> books) {
            return new Totals(
                    books.stream().mapToLong(Books::received).sum(),
                    books.stream().mapToLong(Books::delivered).sum(),
                    books.stream().mapToLong(Books::pending).sum(),
                    books.stream().mapToLong(Books::parked).sum(),
                    books.stream().mapToLong(Books::held).sum(),
                    books.stream().mapToLong(Books::superseded).sum(),
                    books.stream().mapToLong(Books::pendingBytes).sum());
        }
    }

    /**
     * Bytes.
     *
     * @param free that can be used
     * @param total of the file system; 0 when it does not say
     * @param minFree that must stay free: with less, nothing is taken in
     */
    public record Disk(long free, long total, long minFree) {

        public static Disk of(Vitals vitals) {
            return new Disk(vitals.diskFree(), vitals.diskTotal(), vitals.minFree());
        }
    }

    /**
     * What went wrong with what the spool keeps, and waits for an operator.
     *
     * @param setAside files that no instance is known for
     * @param unreadSegments segments of the log that are kept because something in them cannot be read
     * @param ledger why the ledger is to be built anew by a restart, or empty
     */
    public record Damage(int setAside, int unreadSegments, String ledger) {

        public static Damage of(Vitals vitals) {
            return new Damage(
                    vitals.setAside(),
                    vitals.unreadSegments(),
                    vitals.ledgerDamage().orElse(""));
        }
    }

    /** Per second. */
    public record Rates(double receivedPerSecond, double receivedBytesPerSecond, double deliveredPerSecond) {

        public static Rates of(Traffic.Rates rates) {
            return new Rates(rates.received(), rates.receivedBytes(), rates.deliveredInAll());
        }
    }

    /**
     * Who sent lately.
     *
     * @param callingAe his AE title
     * @param receivedPerSecond instances, averaged over the last ten seconds
     * @param receivedLastHour instances in the last hour
     * @param receivedBytesLastHour bytes of their datasets
     * @param lastReceived when the last of his instances was received
     */
    public record Sender(
            String callingAe,
            double receivedPerSecond,
            long receivedLastHour,
            long receivedBytesLastHour,
            Instant lastReceived) {

        public static Sender of(Traffic.Sender sender) {
            return new Sender(
                    sender.callingAe(),
                    sender.received(),
                    sender.receivedLastHour(),
                    sender.receivedBytesLastHour(),
                    sender.last());
        }
    }
}
