package org.dicomgateway.dicom.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.aoju.bus.image.Dimse;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.Attributes;
import org.aoju.bus.image.metric.Association;
import org.aoju.bus.image.metric.DimseRSPHandler;
import org.dicomgateway.dicom.values.DimseStatus;
import org.jspecify.annotations.Nullable;

/**
 * The response to one request, for the thread that waits for it; to C-FIND and C-GET, the last of several. The toolkit
 * matches the message IDs.
 */
public final class Response extends DimseRSPHandler {

    private static final int NO_STATUS = -1;

    /** Takes the identifier of a response after which more follow, in the thread that reads the association. */
    @FunctionalInterface
    public interface Pending {
        void take(@Nullable Attributes identifier) throws UnexpectedAnswerException;
    }

    private final Dimse expected;
    private final Pending pending;
    private final CompletableFuture<Integer> status = new CompletableFuture<>();

    /** The response to the request with this Message ID. Another kind of response is a failure. */
    public Response(int messageId, Dimse expected) {
        this(messageId, expected, identifier -> {
            throw new UnexpectedAnswerException("a response without a final status");
        });
    }

    /** As above; {@code pending} takes each response that is not the last. When it throws, that is a failure. */
    public Response(int messageId, Dimse expected, Pending pending) {
        super(messageId);
        this.expected = expected;
        this.pending = pending;
    }

    @Override
    public void onDimseRSP(Association association, Attributes command, @Nullable Attributes dataset) {
        super.onDimseRSP(association, command, dataset);
        int field = command.getInt(Tag.CommandField, 0);
        int answered = command.getInt(Tag.Status, NO_STATUS);
        if (field != expected.commandField()) {
            fail(new UnexpectedAnswerException(String.format("command field 0x%04X", field)));
        } else if (answered == NO_STATUS) {
            fail(new UnexpectedAnswerException("a response without a status"));
        } else if (DimseStatus.isPending(answered)) {
            try {
                pending.take(dataset);
            } catch (UnexpectedAnswerException e) {
                fail(e);
            } catch (RuntimeException e) {
                fail(new UnexpectedAnswerException("an identifier that cannot be read: " + e));
            }
        } else {
            status.complete(answered);
        }
    }

    @Override
    public void onClose(Association association) {
        super.onClose(association);
        @Nullable IOException why = association.getException();
        fail(why != null ? why : new IOException("closed before the response"));
    }

    /** Calls this once, in any thread, when the response is here, or when there will be none. */
    public void whenOver(Runnable then) {
        // Only the end is awaited: who asks for the status gets the failure.
        CompletableFuture<Integer> unused = status.whenComplete((answered, failure) -> then.run());
    }

    /** The status, when the response is here and valid. */
    public Optional<Integer> status() {
        return status.isDone() && !status.isCompletedExceptionally() ? Optional.of(status.join()) : Optional.empty();
    }

    /** The status. Throws the reason when there will be none. */
    public int await(Duration timeout) throws IOException, InterruptedException {
        try {
            return status.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ResponseTimeoutException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        }
    }

    private void fail(IOException why) {
        status.completeExceptionally(why);
    }
}
