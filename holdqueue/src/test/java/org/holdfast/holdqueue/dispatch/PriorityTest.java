package org.holdfast.holdqueue.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops.Way;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who has a higher priority goes first, whenever that was said. */
class PriorityTest {

  private static final Outcome OK = new Outcome.Delivered("250 ok");
  private static final String LATE = "late@example.com";

  private final MemoryBacklog backlog = new MemoryBacklog();
  private final Map<String, Integer> priorities = new HashMap<>();
  private final Deque<Delivery> open = new ArrayDeque<>();
  private final List<String> begun = new ArrayList<>();
  private final Queue<Runnable> answers = new ArrayDeque<>();
  private Dispatcher dispatcher = dispatcher(DispatchLimits.defaults());

  private Dispatcher dispatcher(DispatchLimits limits) {
    DispatchLimits one = limits.with(1, 0, Duration.ofSeconds(15), Duration.ofMinutes(10));
    return new Dispatcher(one, this::way, new Doing(), new SplittableRandom(7));
  }

  private Way way(String lane) {
    return new Way.Open("pair", "member", priorities.getOrDefault(lane, 0));
  }

  private final class Doing implements Actions {
    @Override
    public void load(String lane, int limit, long ticket) {
      answers.add(() -> dispatcher.loaded(lane, ticket, backlog.head(lane, limit)));
    }

    @Override
    public void page(Walk walk, Lanes which, @Nullable String after, int limit) {
      answers.add(() -> dispatcher.walked(walk, backlog.lanes(which, after, limit)));
    }

    @Override
    public void attempt(Delivery delivery) {
      open.add(delivery);
      begun.add(delivery.recipient().lane());
    }

    @Override
    public void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted) {
      backlog.record(List.of(new Backlog.Ended(delivery, outcome, null)));
      answers.add(() -> dispatcher.recorded(delivery));
    }
  }

  private void settle() {
    dispatcher.begin(0);
    dispatcher.turn();
    while (!answers.isEmpty()) {
      answers.remove().run();
      dispatcher.turn();
    }
  }

  private void accept(String lane, int count) {
    for (int i = 0; i < count; i++) {
      backlog.accept(lane, "pair");
    }
  }

  private void manyWait(int lanes, int each) {
    for (int i = 0; i < lanes; i++) {
      accept("user%05d@example.com".formatted(i), each);
    }
    dispatcher.opened(new Lanes.All());
    settle();
  }

  private void comes(String lane) {
    accept(lane, 1);
    dispatcher.held(lane, "pair", Held.Entry.WAITING, 0);
    settle();
  }

  private void raise(String lane, int priority) {
    priorities.put(lane, priority);
    dispatcher.opened(new Lanes.One(lane));
    settle();
  }

  private void end() {
    dispatcher.ended(open.remove(), OK);
    settle();
  }

  @Test
  void lane_raisedWhileItWaits_isNext() {
    manyWait(300, 2);
    comes(LATE);
    raise(LATE, 5);
    end();
    assertThat(begun).containsExactly("user00000@example.com", LATE);
  }

  @Test
  void lane_thatComesWithAPriority_isNextThoughOthersAreReadAhead() {
    manyWait(300, 2);
    priorities.put(LATE, 1);
    comes(LATE);
    end();
    assertThat(begun).containsExactly("user00000@example.com", LATE);
  }

  @Test
  void lane_raisedWhileItsAttemptIsOpen_goesOnFirst() {
    manyWait(300, 3);
    String first = begun.getFirst();
    raise(first, 5);
    end();
    end();
    end();
    // Each second one: while the end of its last attempt is written, somebody else may go.
    assertThat(List.of(begun.get(0), begun.get(2))).containsOnly(first);
  }

  @Test
  void lane_lowered_goesAfterAllOthers() {
    manyWait(3, 1);
    raise("user00001@example.com", -5);
    end();
    end();
    assertThat(begun)
        .containsExactly("user00000@example.com", "user00002@example.com", "user00001@example.com");
  }

  @Test
  void lane_withAPriorityAndNoRoomLeft_takesTheRoomOfOneWithout() {
    int window = DispatchLimits.defaults().window();
    manyWait(window + 500, 1);
    priorities.put(LATE, 1);
    comes(LATE);
    end();
    assertThat(begun).containsExactly("user00000@example.com", LATE);
    while (!open.isEmpty()) {
      end();
    }
    assertThat(begun).hasSize(window + 501).doesNotHaveDuplicates();
  }
}
