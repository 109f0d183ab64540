package org.dicomgateway.app;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.CommitmentsView.CommitmentView;
import org.dicomgateway.admin.api.CommitmentsView.DestinationView;
import org.dicomgateway.admin.api.CommitmentsView.SenderView;
import org.dicomgateway.commit.ArchiveCommitments;
import org.dicomgateway.commit.CommitmentStatus;
import org.dicomgateway.commit.CommitmentStatus.State;
import org.dicomgateway.commit.Commitments;

/** Shows requests of storage commitment to operators. */
final class CommitmentViews {

    private CommitmentViews() {}

    /**
     * The requests of senders, without those that ended well: only their number. The newest first. And the destinations
     * that are asked.
     */
    static CommitmentsView of(Optional<Commitments> commitments, ArchiveCommitments archives) {
        List<CommitmentView> items = commitments.stream()
                .flatMap(each -> each.statuses().stream())
                .filter(each -> each.state() != State.SUCCESSFUL)
                .sorted(Comparator.comparing(CommitmentStatus::requestedAt).reversed())
                .map(CommitmentViews::view)
                .toList();
        List<SenderView> senders = commitments.stream()
                .flatMap(each -> each.totals().stream())
                .map(each -> new SenderView(each.sender(), each.successful(), each.failed(), each.givenUp()))
                .toList();
        List<DestinationView> destinations = archives.statuses().stream()
                .map(each -> new DestinationView(
                        each.destination(),
                        each.open(),
                        each.failed(),
                        each.oldest(),
                        each.committed(),
                        each.problem()))
                .toList();
        return new CommitmentsView(senders, items, destinations);
    }

    private static CommitmentView view(CommitmentStatus status) {
        return new CommitmentView(
                status.sender(),
                status.transactionUid(),
                status.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                status.requestedAt(),
                status.deadline(),
                status.instances(),
                status.failed(),
                status.attempts(),
                status.endedAt(),
                status.note());
    }
}
