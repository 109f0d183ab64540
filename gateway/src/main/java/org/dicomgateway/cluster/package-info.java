/**
 * Several gateways as one, over PostgreSQL. Every instance is in the database, which has a copy of its own on another
 * machine, before its sender gets an answer. Each gateway has a lease there. When it does not renew it, the others take
 * over what it has not delivered.
 *
 * <p>In: instances from the committer ({@code spool.Replica}), and what became of them. Out: instances of other
 * gateways, into the spool ({@code spool.Handover}). Threads: {@code cluster-lease} renews the lease and watches the
 * others, {@code cluster-progress} writes what was delivered, {@code cluster-takeover} takes over what others left,
 * {@code cluster-notes} writes what is sent instead of instances, {@code cluster-adoption} brings what the spool had
 * before it joined, {@code cluster-places} shares the associations at destinations, {@code cluster-upkeep} removes what
 * is no longer needed, {@code cluster-orders} does what operators ordered from any gateway, {@code cluster-rules} puts
 * in force what they published. Operators' questions run in the threads that ask ({@link ClusterSearch}).
 * {@link ClusterReplica#keep} runs in the committer's turn. Never: a decision about where an instance goes; an answer
 * to a sender; SQL of another package.
 */
@NullMarked
package org.dicomgateway.cluster;

import org.jspecify.annotations.NullMarked;
