package org.holdfast.holdqueue.dispatch;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.simulation.Agenda;
import org.jspecify.annotations.Nullable;

/**
 * The real dispatcher, mailbox and open attempts, driven by an {@link Agenda} instead of threads:
 * what {@link DispatchLoop}, its readers and {@link Recorder} do, a piece at a time, each piece at
 * a moment of its own.
 */
public final class DrivenDispatch {

  private static final long READING = 3 * Agenda.MILLI;
  private static final long TURNING = 2 * Agenda.MILLI;

  /** {@link Recorder}'s. */
  private static final long WRITING_AGAIN = Agenda.SECOND;

  private static final int EVENTS_A_TURN = 20;
  private static final int ENDS_A_BATCH = 6;

  private final Backlog backlog;
  private final NextHops nextHops;
  private final Agenda agenda;
  private final Agenda.Life life;
  private final Mailbox mailbox = new Mailbox();
  private final OpenAttempts open = new OpenAttempts(mailbox);
  private final Dispatcher dispatcher;
  private final long retryFirst;
  private final Deque<Backlog.Ended> ends = new ArrayDeque<>();
  private final Consumer<DispatchStatus> turned;
  private long nextTurn = Long.MAX_VALUE;

  /**
   * @param turned hears how it stands after each turn
   */
  public DrivenDispatch(
      Backlog backlog,
      NextHops nextHops,
      DispatchLimits limits,
      Agenda.Life life,
      Consumer<DispatchStatus> turned) {
    this.backlog = backlog;
    this.nextHops = nextHops;
    this.agenda = life.agenda();
    this.life = life;
    this.turned = turned;
    this.retryFirst = limits.retryFirst().toNanos();
    this.dispatcher = new Dispatcher(limits, nextHops::way, new Doing(), agenda.random().split());
  }

  // ---- as DispatchLoop's

  public void start() {
    opened(new Lanes.All());
  }

  public void adopted(Delivery delivery, CompletionStage<Outcome> running) {
    OpenAttempts.OpenAttempt attempt = open.begin(delivery);
    post(d -> d.adopted(delivery));
    var _ =
        running.whenComplete((outcome, failure) -> {
          attempt.accept(
              failure == null ? outcome : new Outcome.Uncertain("the attempt failed: " + failure));
          poke();
        });
  }

  public void held(String lane, String nextHop, Held.Entry entry) {
    post(d -> d.held(lane, nextHop, entry, retryFirst));
  }

  public void changed(String lane) {
    post(d -> d.changed(lane));
  }

  public void opened(Lanes lanes) {
    post(d -> d.opened(lanes));
  }

  public void shut(Lanes lanes) {
    post(d -> d.shut(lanes));
  }

  public DispatchStatus status() {
    return dispatcher.status(agenda.instant());
  }

  /** Nothing is read, begun or written any more. */
  public void stop() {
    dispatcher.stop();
  }

  // ---- turns

  private void post(Consumer<Dispatcher> event) {
    mailbox.post(event);
    poke();
  }

  private void poke() {
    turnBy(agenda.now() + agenda.random().nextLong(TURNING));
  }

  private void turnBy(long at) {
    if (at < nextTurn) {
      nextTurn = at;
      life.at(at, () -> turn(at));
    }
  }

  private void turn(long planned) {
    if (planned != nextTurn) {
      return;
    }
    nextTurn = Long.MAX_VALUE;
    dispatcher.begin(agenda.now());
    boolean quiet = takeEvents(1 + agenda.random().nextInt(EVENTS_A_TURN));
    dispatcher.turn();
    turned.accept(status());
    long next = quiet ? dispatcher.nextTurn() : agenda.now() + agenda.random().nextLong(TURNING);
    if (next < Long.MAX_VALUE) {
      turnBy(Math.max(agenda.now() + 1, next));
    }
  }

  private boolean takeEvents(int most) {
    for (int i = 0; i < most; i++) {
      Consumer<Dispatcher> event = mailbox.poll();
      if (event == null) {
        return true;
      }
      event.accept(dispatcher);
    }
    return false;
  }

  // ---- what the dispatcher wants

  private final class Doing implements Actions {

    @Override
    public void load(String lane, int limit, long ticket) {
      life.within(READING, () -> read(lane, limit, ticket));
    }

    @Override
    public void page(Walk walk, Lanes which, @Nullable String after, int limit) {
      life.within(READING, () -> read(walk, which, after, limit));
    }

    @Override
    public void attempt(Delivery delivery) {
      OpenAttempts.OpenAttempt attempt = open.begin(delivery);
      life.within(READING, () -> begin(attempt));
    }

    @Override
    public void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted) {
      ends.add(
          new Backlog.Ended(
              delivery,
              outcome,
              delayNanos < 0 ? null : agenda.instant().plusNanos(delayNanos),
              adopted));
      if (ends.size() == 1) {
        life.within(READING, DrivenDispatch.this::write);
      }
    }
  }

  private void read(String lane, int limit, long ticket) {
    try {
      List<Delivery> head = backlog.head(lane, limit);
      life.within(READING, () -> post(d -> d.loaded(lane, ticket, head)));
    } catch (IOException _) {
      post(d -> d.loadFailed(lane, ticket));
    }
  }

  private void read(Walk walk, Lanes which, @Nullable String after, int limit) {
    try {
      List<Backlog.Place> page = backlog.lanes(which, after, limit);
      life.within(READING, () -> post(d -> d.walked(walk, page)));
    } catch (IOException _) {
      post(d -> d.walkFailed(walk));
    }
  }

  private void begin(OpenAttempts.OpenAttempt attempt) {
    Consumer<Outcome> done =
        outcome -> {
          attempt.accept(outcome);
          poke();
        };
    try {
      Optional<Content> content = backlog.content(attempt.delivery);
      if (content.isEmpty()) {
        attempt.gone();
        poke();
      } else {
        nextHops.attempt(attempt.delivery, content.get(), done);
      }
    } catch (IOException e) {
      done.accept(new Outcome.Deferred(Outcome.Scope.LANE, "could not be tried: " + e));
    }
  }

  private void write() {
    int most = 1 + agenda.random().nextInt(ENDS_A_BATCH);
    List<Backlog.Ended> batch = ends.stream().limit(most).toList();
    try {
      backlog.record(new ArrayList<>(batch));
    } catch (IOException _) {
      post(Dispatcher::stalled);
      life.at(agenda.now() + WRITING_AGAIN, this::write);
      return;
    }
    for (Backlog.Ended _ : batch) {
      Backlog.Ended _ = ends.remove();
    }
    post(d -> batch.forEach(ended -> d.recorded(ended.delivery())));
    if (!ends.isEmpty()) {
      life.within(READING, this::write);
    }
  }
}
