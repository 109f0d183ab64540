package org.dicomgateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndOfProcessTest {

    private final List<Integer> halts = new ArrayList<>();
    private final EndOfProcess end = new EndOfProcess(halts::add);

    @Test
    void an_Error_in_whatever_thread_ends_the_process() {
        end.uncaughtException(new Thread("dicom-assoc-1"), new OutOfMemoryError("made by the test"));
        end.uncaughtException(new Thread("dicom-assoc-1"), new StackOverflowError("made by the test"));
        assertThat(halts).containsExactly(3, 3);
    }

    @Test
    void an_exception_ends_the_process_with_a_thread_that_it_cannot_do_without_and_no_other() {
        end.uncaughtException(new Thread("dicom-assoc-1"), new IllegalStateException("made by the test"));
        assertThat(halts).isEmpty();
        end.uncaughtException(
                new LongLived("spool-maintenance", () -> {}), new IllegalStateException("made by the test"));
        assertThat(halts).containsExactly(3);
    }

    @Test
    void it_ends_even_when_nothing_can_be_said_about_it() {
        Throwable unspeakable = new OutOfMemoryError() {
            @Override
            public String getMessage() {
                throw new OutOfMemoryError("again");
            }
        };
        try {
            end.uncaughtException(new Thread("x"), unspeakable);
        } catch (OutOfMemoryError again) {
            assertThat(again).hasMessage("again");
        }
        assertThat(halts).containsExactly(3);
    }
}
