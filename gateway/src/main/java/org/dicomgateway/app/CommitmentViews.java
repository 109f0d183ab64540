package org.dicomgateway.app;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dicomgateway.admin.api.CommitmentsView;
import org.dicomgateway.admin.api.CommitmentsView.CommitmentView;
import org.dicomgateway.admin.api.CommitmentsView.SenderView;
import org.dicomgateway.commit.CommitmentStatus;
import org.dicomgateway.commit.CommitmentStatus.State;
import org.dicomgateway.commit.Commitments;

/** Shows requests of storage commitment to operators. */
final class CommitmentViews {

    private CommitmentViews() {}

    /** Without those that ended well: only their number. The newest first. */
    static CommitmentsView of(Optional<Commitments> commitments) {
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
        return new CommitmentsView(senders, items);
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
