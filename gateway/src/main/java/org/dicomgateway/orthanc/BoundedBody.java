package org.dicomgateway.orthanc;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.dicomgateway.config.settings.DataSize;

/**
 * Reads the body of an HTTP answer up to a size limit, and cancels a longer one. The server decides how long its
 * answer is, and the handlers of the JDK keep all of it in memory.
 */
public final class BoundedBody<T> implements BodySubscriber<T> {

    private final BodySubscriber<T> taker;
    private final DataSize most;
    private long taken;
    private boolean over;
    private Subscription subscription = new Nothing();

    private BoundedBody(BodySubscriber<T> taker, DataSize most) {
        this.taker = taker;
        this.most = most;
    }

    /** Works as {@code handler}, but a body of more than {@code most} is an {@link IOException}. */
    public static <T> BodyHandler<T> upTo(DataSize most, BodyHandler<T> handler) {
        return head -> new BoundedBody<>(handler.apply(head), most);
    }

    @Override
    public CompletionStage<T> getBody() {
        return taker.getBody();
    }

    @Override
    public void onSubscribe(Subscription begun) {
        subscription = begun;
        taker.onSubscribe(begun);
    }

    @Override
    public void onNext(List<ByteBuffer> more) {
        if (over) {
            return;
        }
        taken += more.stream().mapToLong(ByteBuffer::remaining).sum();
        if (taken > most.bytes()) {
            over = true;
            subscription.cancel();
            taker.onError(new TooLongException("its answer is longer than " + most + ", which is not a normal size"));
        } else {
            taker.onNext(more);
        }
    }

    @Override
    public void onError(Throwable fault) {
        if (!over) {
            taker.onError(fault);
        }
    }

    @Override
    public void onComplete() {
        if (!over) {
            taker.onComplete();
        }
    }

    /** The answer is too long. A retry would not help. */
    public static final class TooLongException extends IOException {

        private static final long serialVersionUID = 1L;

        TooLongException(String message) {
            super(message);
        }
    }

    private static final class Nothing implements Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }
}
