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
 * Takes the body of an HTTP answer up to a size, and hangs up on one that goes on: an answer is as long as the server
 * wants, and the JDK's own handlers keep all of it.
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

    /** The same as {@code handler}, but a body of more than {@code most} is an {@link IOException}. */
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
            taker.onError(new TooLongException("its answer is longer than " + most + ", which no honest one is"));
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

    /** There is no use in asking again. */
    static final class TooLongException extends IOException {

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
