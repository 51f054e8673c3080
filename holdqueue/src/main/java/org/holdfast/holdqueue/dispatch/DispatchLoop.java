package org.holdfast.holdqueue.dispatch;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.Lanes;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that drives the dispatcher. Its methods only post an event: quick, never block,
 * from any thread, in any order unless said here.
 *
 * <p>A stored message is told like this: durable in the log; then {@link #adopted} for each
 * recipient with a running attempt; then visible to {@link Backlog#head}; then {@link #held} for
 * each recipient. Adopted before visible is what keeps a second attempt from being begun.
 *
 * <p>The backlog is read by {@value #READERS} threads and written by one; the outcomes of many
 * attempts are written together.
 */
public final class DispatchLoop implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DispatchLoop.class);

  /** Threads that read the backlog and start attempts. */
  static final int READERS = 4;

  /** Most events taken before a turn. */
  private static final int EVENTS = 2_000;

  /** Most reads handed to a reader as one piece of work. */
  private static final int READS = 32;

  private static final long STATUS_NANOS = 500_000_000L;

  private final Backlog backlog;
  private final NextHops nextHops;
  private final InstantSource clock;
  private final Mailbox mailbox = new Mailbox();
  private final OpenAttempts open = new OpenAttempts(mailbox);
  private final Recorder recorder;
  private final Dispatcher dispatcher;
  private final ExecutorService readers;
  private final Thread thread;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final long origin = System.nanoTime();

  /** The loop's thread only: what this turn wants read or tried. */
  private List<Runnable> wanted = new ArrayList<>();

  /** Null while nobody asks. */
  private final AtomicReference<@Nullable CompletableFuture<DispatchStatus>> asking =
      new AtomicReference<>();

  private volatile DispatchStatus status;
  private volatile boolean stopping;
  private volatile boolean finished;
  private volatile @Nullable String failure;

  /**
   * A loop at rest; {@link #start} lets it go.
   *
   * @param clock the time of day, for what people read; waits do not depend on it
   * @param random for jitter only
   */
  public DispatchLoop(
      Backlog backlog,
      NextHops nextHops,
      DispatchLimits limits,
      InstantSource clock,
      RandomGenerator random) {
    this.backlog = backlog;
    this.nextHops = nextHops;
    this.clock = clock;
    this.recorder = new Recorder(backlog, mailbox);
    this.dispatcher = new Dispatcher(limits, this::way, new Doing(), random);
    this.readers =
        Executors.newFixedThreadPool(
            READERS, Thread.ofPlatform().daemon().name("holdqueue-read-", 0).factory());
    this.thread = Thread.ofPlatform().daemon().name("holdqueue-dispatch").unstarted(this::run);
    this.status = new DispatchStatus(clock.instant(), List.of(), 0, 0, false);
  }

  /** Begins: every lane of the backlog is asked for once. Once. */
  public void start() {
    opened(new Lanes.All());
    recorder.start();
    thread.start();
  }

  /** An attempt begun elsewhere is open for this delivery; this queue owns it from now on. */
  public void adopted(Delivery delivery, CompletionStage<Outcome> running) {
    OpenAttempts.OpenAttempt attempt = open.begin(delivery);
    mailbox.post(dispatcher -> dispatcher.adopted(delivery));
    var _ =
        running.whenComplete((outcome, failure) ->
            attempt.accept(
                failure == null
                    ? outcome
                    : new Outcome.Uncertain("the attempt failed: " + failure)));
  }

  /**
   * A delivery was stored and can be seen in the backlog. Harmless when said too often.
   *
   * @param nextHop as the backlog has it for this lane
   * @param entry DEFERRED: the lane's first retry waits until {@code next}; PARKED: ignored
   * @param next milliseconds since 1970
   */
  public void held(String lane, String nextHop, Held.Entry entry, long next) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(Math.max(0, next - clock.millis()));
    mailbox.tell(dispatcher -> dispatcher.held(lane, nextHop, entry, nanos));
  }

  /**
   * A person did something to deliveries of this lane (retry, park, discard, redirect from or to
   * here), or it is filed under another next hop now, and the backlog shows it: what was read of
   * the lane before is forgotten, and it is due now.
   */
  public void changed(String lane) {
    mailbox.tell(dispatcher -> dispatcher.changed(lane));
  }

  /** {@link org.holdfast.holdqueue.HoldQueue#opened}, after the change is visible. */
  public void opened(Lanes lanes) {
    mailbox.tell(dispatcher -> dispatcher.opened(lanes));
  }

  /** {@link org.holdfast.holdqueue.HoldQueue#shut}. */
  public void shut(Lanes lanes) {
    mailbox.tell(dispatcher -> dispatcher.shut(lanes));
  }

  /** Other rates and retries from now on. */
  public void limits(DispatchLimits limits) {
    mailbox.post(dispatcher -> dispatcher.become(limits));
  }

  /**
   * What is wrong when the thread has failed or takes no event within this time; empty when it
   * does, or has not begun, or is being stopped.
   */
  public Optional<String> silent(Duration patience) throws InterruptedException {
    if (failure != null || stopping || thread.getState() == Thread.State.NEW) {
      return failure();
    }
    CountDownLatch taken = new CountDownLatch(1);
    mailbox.post(_ -> taken.countDown());
    return taken.await(patience.toNanos(), TimeUnit.NANOSECONDS)
        ? failure()
        : Optional.of("the dispatcher does not answer");
  }

  /** What is going on; never older than about a second. */
  public DispatchStatus status() {
    return status;
  }

  /**
   * The same, with all that was recorded before this call, when the loop has that much time; else
   * {@link #status}. Those who ask at once are answered together.
   */
  public DispatchStatus status(Duration patience) {
    if (!thread.isAlive()) {
      return status;
    }
    CompletableFuture<DispatchStatus> mine = new CompletableFuture<>();
    CompletableFuture<DispatchStatus> before = asking.compareAndExchange(null, mine);
    if (before == null) {
      mailbox.post(_ -> answer());
    }
    try {
      return (before == null ? mine : before).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException _) {
      return status;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return status;
    }
  }

  private void answer() {
    CompletableFuture<DispatchStatus> asked = asking.getAndSet(null);
    status = dispatcher.status(clock.instant());
    if (asked != null) {
      asked.complete(status);
    }
  }

  /**
   * Why nothing is begun any more; empty while all is well. For good, until a restart. What is open
   * then is still recorded.
   */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Begins nothing new, waits for open attempts at most this long, records what is still open as
   * uncertain, and returns when no thread of it is left in the backlog. Further calls do nothing.
   */
  public void stop(Duration patience) {
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    stopping = true;
    mailbox.post(Dispatcher::stop);
    try {
      awaitHalted();
      open.await(patience);
      open.all().forEach(a -> a.accept(new Outcome.Uncertain("still open when the queue stopped")));
      readers.close();
      if (thread.isAlive()) {
        mailbox.post(_ -> finished = true);
        thread.join();
        recorder.finish();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Afterwards the loop wants nothing more read or tried, so the readers may go. */
  private void awaitHalted() throws InterruptedException {
    CountDownLatch halted = new CountDownLatch(1);
    mailbox.post(_ -> halted.countDown());
    if (thread.isAlive()) {
      halted.await();
    }
  }

  @Override
  public void close() {
    stop(Duration.ZERO);
  }

  // ---- the loop's thread

  private void run() {
    long nextStatus = 0;
    while (!finished) {
      long now = System.nanoTime() - origin;
      dispatcher.begin(now);
      boolean quiet = takeEvents();
      guarded(Dispatcher::turn);
      guarded(_ -> handOut());
      if (now >= nextStatus) {
        nextStatus = now + STATUS_NANOS;
        guarded(_ -> status = dispatcher.status(clock.instant()));
      }
      if (quiet && !finished) {
        long until = Math.min(dispatcher.nextTurn(), nextStatus);
        mailbox.await(until - (System.nanoTime() - origin));
      }
    }
  }

  /** True when no further event waits. */
  private boolean takeEvents() {
    for (int i = 0; i < EVENTS; i++) {
      Consumer<Dispatcher> event = mailbox.poll();
      if (event == null) {
        return true;
      }
      guarded(event);
    }
    return false;
  }

  /** A defect met by one event must not end the deliveries of all the others. */
  private void guarded(Consumer<Dispatcher> event) {
    try {
      event.accept(dispatcher);
    } catch (RuntimeException e) {
      log.error("defect in the dispatcher; it goes on", e);
    } catch (Error e) {
      fail(e);
    }
  }

  /**
   * What an Error (an exhausted heap or stack) left of the plan is not to be relied upon: a lane
   * might be stranded, and nobody would know. How the open attempts end is still taken.
   */
  private void fail(Error because) {
    log.error("the dispatcher failed; nothing is tried any more until a restart", because);
    if (failure == null) {
      failure = "the dispatcher failed: " + because;
    }
    dispatcher.stop();
  }

  private NextHops.Way way(String lane) {
    try {
      return nextHops.way(lane);
    } catch (RuntimeException | Error e) {
      log.warn("way of {} cannot be known", lane, e);
      return new NextHops.Way.Unknown("asking failed");
    }
  }

  private void handOut() {
    if (wanted.isEmpty()) {
      return;
    }
    List<Runnable> all = wanted;
    wanted = new ArrayList<>();
    int piece = Math.clamp(all.size() / READERS, 1, READS);
    for (int from = 0; from < all.size(); from += piece) {
      List<Runnable> some = all.subList(from, Math.min(all.size(), from + piece));
      readers.execute(() -> some.forEach(Runnable::run));
    }
  }

  // ---- the readers' threads: an Error there leaves the dispatcher's plan as it was

  private void read(String lane, int limit, long ticket) {
    try {
      List<Delivery> head = backlog.head(lane, limit);
      mailbox.post(dispatcher -> dispatcher.loaded(lane, ticket, head));
    } catch (IOException | RuntimeException | Error e) {
      log.warn("the head of {} cannot be read; asked again later", lane, e);
      mailbox.post(dispatcher -> dispatcher.loadFailed(lane, ticket));
    }
  }

  private void read(Walk walk, Lanes which, @Nullable String after, int limit) {
    try {
      List<Backlog.Place> page = backlog.lanes(which, after, limit);
      mailbox.post(dispatcher -> dispatcher.walked(walk, page));
    } catch (IOException | RuntimeException | Error e) {
      log.warn("the lanes of {} after {} cannot be read; asked again later", which, after, e);
      mailbox.post(dispatcher -> dispatcher.walkFailed(walk));
    }
  }

  private void begin(OpenAttempts.OpenAttempt attempt) {
    if (stopping) {
      attempt.gone();
      return;
    }
    try {
      Optional<Content> content = backlog.content(attempt.delivery);
      if (content.isEmpty()) {
        attempt.gone();
      } else {
        nextHops.attempt(attempt.delivery, content.get(), attempt);
      }
    } catch (IOException | RuntimeException | Error e) {
      log.error("{} cannot be tried; tried again later", attempt.delivery.envelope().id(), e);
      attempt.accept(new Outcome.Deferred(Outcome.Scope.LANE, "could not be tried: " + e));
    }
  }

  /** The dispatcher's actions, done off its thread. */
  private final class Doing implements Actions {

    @Override
    public void load(String lane, int limit, long ticket) {
      wanted.add(() -> read(lane, limit, ticket));
    }

    @Override
    public void page(Walk walk, Lanes which, @Nullable String after, int limit) {
      wanted.add(() -> read(walk, which, after, limit));
    }

    @Override
    public void attempt(Delivery delivery) {
      OpenAttempts.OpenAttempt attempt = open.begin(delivery);
      wanted.add(() -> begin(attempt));
    }

    @Override
    public void record(Delivery delivery, Outcome outcome, long delayNanos, boolean adopted) {
      recorder.add(
          new Backlog.Ended(
              delivery,
              outcome,
              delayNanos < 0 ? null : clock.instant().plusNanos(delayNanos),
              adopted));
    }
  }
}
