package org.dicomgateway.cli.send;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.dicomgateway.cli.send.Backlog.Item;
import org.dicomgateway.dicom.requestor.Requestor;
import org.dicomgateway.dicom.values.DimseStatus;
import org.dicomgateway.dicom.values.Rejection;
import org.dicomgateway.dicom.wire.AssociationException;
import org.dicomgateway.dicom.wire.OpenAssociation;
import org.dicomgateway.forward.outcome.Backoff;
import org.jspecify.annotations.Nullable;

/**
 * One worker: opens an association, sends what is next, and next, and opens another one after a failure. It never keeps
 * one open while it waits: a busy server has none to spare.
 */
final class SendingAssociation implements Runnable {

    private static final int RESOURCE_LIMITATION = 0x0213;

    private final Requestor requestor;
    private final SendSettings settings;
    private final Backlog backlog;
    private final Standing standing;
    private final SendListener listener;
    private final Backoff backoff;
    private final Sender.Sleep sleep;

    private @Nullable OpenAssociation association;
    private @Nullable Item openedFor;
    private boolean answered;
    private int failures;
    private long answersBefore;

    SendingAssociation(
            Requestor requestor,
            SendSettings settings,
            Backlog backlog,
            Standing standing,
            SendListener listener,
            Backoff backoff,
            Sender.Sleep sleep) {
        this.requestor = requestor;
        this.settings = settings;
        this.backlog = backlog;
        this.standing = standing;
        this.listener = listener;
        this.backoff = backoff;
        this.sleep = sleep;
    }

    @Override
    public void run() {
        try {
            while (!standing.isOver() && sendNext()) {
                // until there is nothing more for it
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            standing.giveUp("a fault of this program");
            throw e;
        } finally {
            close();
        }
    }

    /** False when this worker is not needed any more. */
    private boolean sendNext() throws InterruptedException {
        Optional<Item> next = backlog.next();
        if (next.isPresent()) {
            return send(next.get());
        }
        Optional<Duration> due = backlog.untilDue();
        if (due.isEmpty()) {
            return false;
        }
        close();
        sleep.sleep(due.get());
        return true;
    }

    private boolean send(Item item) throws InterruptedException {
        OpenAssociation open;
        try {
            open = associationFor(item);
        } catch (AssociationException e) {
            backlog.putBack(item);
            boolean noRoom = e.rejection().filter(Rejection::isTransient).isPresent();
            if (noRoom && standing.open() > 0) {
                return false;
            }
            failed(e, messageOf(e));
            return true;
        }
        if (open.accepts(item.file().pair())) {
            store(item, open);
        } else {
            finish(
                    item,
                    Result.NO_STATUS,
                    "no presentation context: the peer does not take SOP class "
                            + item.file().pair().sopClass() + " in transfer syntax "
                            + item.file().pair().transferSyntax());
        }
        return true;
    }

    private OpenAssociation associationFor(Item item) throws AssociationException {
        OpenAssociation open = association;
        if (open != null && openedFor != null && covers(openedFor, item)) {
            return open;
        }
        close();
        open = requestor.open(
                settings.peer(),
                settings.calling(),
                backlog.proposalFor(item.file().pair()));
        association = open;
        openedFor = item;
        answered = false;
        standing.opened();
        return open;
    }

    private boolean covers(Item opened, Item item) {
        return backlog.proposalFor(opened.file().pair()).contains(item.file().pair());
    }

    private void store(Item item, OpenAssociation open) throws InterruptedException {
        DicomFile file = item.file();
        Item tried = item.attempted();
        long sent = 0;
        try (InputStream in = Files.newInputStream(file.path());
                CountedStream dataset = new CountedStream(in, listener)) {
            in.skipNBytes(file.datasetOffset());
            try {
                int status = open.cStore(file.pair(), file.sopInstance(), dataset);
                answered = true;
                standing.answered();
                settle(tried, status, dataset.count());
            } finally {
                sent = dataset.count();
            }
        } catch (AssociationException e) {
            String reason = messageOf(e) + adviceAfterAbort(e);
            close();
            again(tried, Result.NO_STATUS, reason, sent);
            failed(e, reason);
        } catch (IOException e) {
            // Reading failed in the middle: the association was aborted, and the peer is not to blame.
            close();
            finish(tried, Result.NO_STATUS, "cannot be read: " + FileScan.reasonOf(e));
        }
    }

    private void settle(Item tried, int status, long sent) {
        String reason = DimseStatus.format(status) + " " + DimseStatus.meaningOf(status);
        Result result = new Result(tried.file(), status, "", tried.attempts());
        if (result.isStored()) {
            listener.finished(result);
        } else if (isTransient(status)) {
            again(tried, status, reason, sent);
        } else {
            finish(tried, status, reason);
        }
    }

    /** Sends it again later, unless that was done often enough. */
    private void again(Item tried, int status, String reason, long sent) {
        if (tried.attempts() > settings.retries()) {
            finish(tried, status, reason);
        } else {
            listener.sent(-sent);
            backlog.postpone(tried, backoff.delay(tried.attempts()));
        }
    }

    private void finish(Item item, int status, String reason) {
        listener.finished(new Result(item.file(), status, reason, item.attempts()));
    }

    /**
     * Waits before the next try, longer each time nothing worked in between; in the end, or at a clear no, gives up.
     */
    private void failed(AssociationException e, String reason) throws InterruptedException {
        long answers = standing.answers();
        failures = answers == answersBefore ? failures + 1 : 1;
        answersBefore = answers;
        boolean refused =
                e.rejection().filter(rejection -> !rejection.isTransient()).isPresent();
        if (refused || failures > settings.retries()) {
            standing.giveUp(reason);
        } else {
            sleep.sleep(backoff.delay(failures));
        }
    }

    /** Where a later attempt may well succeed: the peer is out of something, or its processing failed. */
    private static boolean isTransient(int status) {
        return (status & 0xFF00) == DimseStatus.OUT_OF_RESOURCES
                || status == DimseStatus.PROCESSING_FAILURE
                || status == RESOURCE_LIMITATION;
    }

    private String messageOf(AssociationException e) {
        String advice = e.rejection()
                .filter(rejection -> rejection.result() == 1 && rejection.source() == 1)
                .map(rejection -> switch (rejection.reason()) {
                    case 3 -> ": it does not know the calling AE title " + settings.calling();
                    case 7 ->
                        ": it does not answer to the called AE title "
                                + settings.peer().aeTitle();
                    default -> "";
                })
                .orElse("");
        return e.getMessage() + advice;
    }

    private String adviceAfterAbort(AssociationException e) {
        return !answered && e.reason() == AssociationException.Cause.ABORTED
                ? ": aborted at the first C-STORE; it may not let AE title " + settings.calling() + " store"
                : "";
    }

    private void close() {
        OpenAssociation open = association;
        association = null;
        if (open != null) {
            open.close();
            standing.closed();
        }
    }
}
