package org.dicomgateway.forward.web;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request, written piece by piece by the thread that has the bytes, as fast as the server takes them.
 * The client gets the next piece only when it has asked for it, so that memory does not grow. A body that fails ends
 * before its length is reached: the server cannot take it for a complete one.
 *
 * <p>The publishers of the JDK are not used: that of a stream takes a fault while reading for the end of the stream.
 */
final class RequestBody implements HttpRequest.BodyPublisher {

    /** Whether the server takes more. */
    enum Demand {
        /** It does. */
        READY,
        /** It did not in the time allowed. */
        LATE,
        /** The exchange is over: there is an answer, or a failure. */
        OVER
    }

    private final long length;
    private @Nullable Subscriber<? super ByteBuffer> client;
    private long demand;
    private boolean over;

    /** @param length in bytes; negative when it is not known */
    RequestBody(long length) {
        this.length = length;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        boolean again;
        synchronized (this) {
            again = client != null;
            if (!again) {
                client = subscriber;
            }
        }
        subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                if (!again) {
                    demanded(n);
                }
            }

            @Override
            public void cancel() {
                if (!again) {
                    end();
                }
            }
        });
        if (again) {
            subscriber.onError(new IOException("the request cannot be sent twice"));
        }
    }

    private synchronized void demanded(long n) {
        demand += n;
        notifyAll();
    }

    /** Nothing more is taken: the exchange is over. */
    synchronized void end() {
        over = true;
        notifyAll();
    }

    /** Waits until the server takes the next piece. */
    synchronized Demand await(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (demand == 0 && !over) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return Demand.LATE;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return over ? Demand.OVER : Demand.READY;
    }

    /** Gives the next piece, after {@link Demand#READY}. */
    void write(ByteBuffer piece) {
        subscriber(true).onNext(piece);
    }

    /** All has been written. */
    void complete() {
        subscriber(false).onComplete();
    }

    /** The rest does not come. */
    void fail(Throwable why) {
        @Nullable Subscriber<? super ByteBuffer> known;
        synchronized (this) {
            known = client;
        }
        if (known != null) {
            known.onError(why);
        }
    }

    private synchronized Subscriber<? super ByteBuffer> subscriber(boolean piece) {
        Subscriber<? super ByteBuffer> known = client;
        if (known == null) {
            throw new IllegalStateException("written before it was asked for");
        }
        demand -= piece ? 1 : 0;
        return known;
    }
}
