package org.dicomgateway.config.hocon;

import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One value of a configuration, and its place. When the value is wrong, it only records that a problem was reported.
 * Later checks on it are then skipped. So one mistake makes one problem, and reading continues.
 */
public final class Setting<T> implements Supplier<T> {

    private final @Nullable T value;
    private final SourceLocation sourceLocation;
    private final Problems problems;

    private Setting(@Nullable T value, SourceLocation sourceLocation, Problems problems) {
        this.value = value;
        this.sourceLocation = sourceLocation;
        this.problems = problems;
    }

    public static <T> Setting<T> of(T value, SourceLocation sourceLocation, Problems problems) {
        return new Setting<>(value, sourceLocation, problems);
    }

    /** The value is wrong; the problem is reported, or will be. */
    static <T> Setting<T> reported(SourceLocation sourceLocation, Problems problems) {
        return new Setting<>(null, sourceLocation, problems);
    }

    /**
     * The value. Throws {@link IllegalStateException} when there is none: settings are used only when there are no
     * problems.
     */
    @Override
    public T get() {
        if (value == null) {
            throw new IllegalStateException("a setting with a problem was used: " + sourceLocation.key());
        }
        return value;
    }

    public boolean isValid() {
        return value != null;
    }

    public SourceLocation sourceLocation() {
        return sourceLocation;
    }

    /** Reports a problem at this place. */
    public <R> Setting<R> reject(String what, String remedy) {
        problems.add(sourceLocation, what, remedy);
        return reported(sourceLocation, problems);
    }

    /** Converts the value. An {@link IllegalArgumentException} becomes a problem with the message of the exception. */
    public <R> Setting<R> map(Function<T, R> conversion) {
        if (value == null) {
            return reported(sourceLocation, problems);
        }
        try {
            return new Setting<>(conversion.apply(value), sourceLocation, problems);
        } catch (IllegalArgumentException e) {
            return reject(String.valueOf(e.getMessage()), "");
        }
    }

    public <R> Setting<R> flatMap(Function<T, Setting<R>> conversion) {
        return value == null ? reported(sourceLocation, problems) : conversion.apply(value);
    }

    /** Reports a problem when the value does not meet {@code condition}. */
    public Setting<T> check(Predicate<T> condition, Function<T, String> what, String remedy) {
        return value == null || condition.test(value) ? this : reject(what.apply(value), remedy);
    }

    /** Reports a problem when this value and another one do not match. The place is the one that the operator wrote. */
    public <U> Setting<T> checkWith(
            Setting<U> other, BiPredicate<T, U> condition, BiFunction<T, U, String> what, String remedy) {
        if (value == null || other.value == null || condition.test(value, other.value)) {
            return this;
        }
        problems.add(
                sourceLocation.isDefault() ? other.sourceLocation : sourceLocation,
                what.apply(value, other.value),
                remedy);
        return reported(sourceLocation, problems);
    }

    public void ifValid(Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }
}
