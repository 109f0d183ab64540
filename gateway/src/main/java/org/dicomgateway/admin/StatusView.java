package org.dicomgateway.admin;

import java.util.Collection;
import org.dicomgateway.spool.SpoolView.Books;

/**
 * The gateway at a glance.
 *
 * @param process the process
 * @param rules the rules it goes by
 * @param totals deliveries of all destinations together
 * @param unrouted instances that are held because no route applies to them
 * @param unassigned deliveries that wait because none of their destinations can be used
 */
public record StatusView(ProcessView process, RulesView rules, Totals totals, long unrouted, long unassigned) {

    /** Deliveries, counted as in {@link Books}. */
    public record Totals(long received, long delivered, long pending, long parked, long held, long pendingBytes) {

        static Totals of(Collection<Books> books) {
            return new Totals(
                    books.stream().mapToLong(Books::received).sum(),
                    books.stream().mapToLong(Books::delivered).sum(),
                    books.stream().mapToLong(Books::pending).sum(),
                    books.stream().mapToLong(Books::parked).sum(),
                    books.stream().mapToLong(Books::held).sum(),
                    books.stream().mapToLong(Books::pendingBytes).sum());
        }
    }
}
