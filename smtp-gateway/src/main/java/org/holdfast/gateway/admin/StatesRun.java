package org.holdfast.gateway.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import org.holdfast.gateway.admin.StateLines.Line;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.routing.Flip;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.BegunFlips;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Routing.UserFlip;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;

/**
 * One {@code POST /v1/states}: the request's thread makes the flips batch by batch, a second one
 * waits for what is open and tells the results. So a delivery that does not end keeps the answer
 * waiting, but not the users further down the list, who are shut long before. The wait counts for
 * each batch from the moment in which it is shut.
 */
final class StatesRun {

  /** A request of more lines than this is also told as a whole in the audit log. */
  static final int MANY = 100;

  private final Routing routing;
  private final AuditLog audit;
  private final InstantSource clock;
  private final Caller caller;
  private final Duration wait;
  private final Semaphore room;
  private final ResultSpool spool;

  private final LinkedBlockingQueue<Batch> begun = new LinkedBlockingQueue<>();

  /** One party: the settling thread's batches that are not told yet. */
  private final Phaser untold = new Phaser(1);

  /** For the log: the first that were changed, and every state that was set. */
  private final List<String> named = new ArrayList<>();

  private final Set<String> states = new TreeSet<>();

  private volatile @Nullable IOException broken;
  private long changed;
  private long refused;
  private long notQuiesced;

  private final FlipTimes times;

  /** When the batch was flipped whose results are being told; of the settling thread. */
  private long flippedAt;

  StatesRun(
      Routing routing,
      AuditLog audit,
      InstantSource clock,
      Caller caller,
      Duration wait,
      Semaphore room,
      ResultSpool spool,
      FlipTimes times) {
    this.times = times;
    this.routing = routing;
    this.audit = audit;
    this.clock = clock;
    this.caller = caller;
    this.wait = wait;
    this.room = room;
    this.spool = spool;
  }

  /**
   * Lines that were flipped together; no lines: the end.
   *
   * @param flips null: the map could not be changed
   * @param at as {@link FlipTimes#now}
   * @param room places it takes among the lines that are waited for
   */
  private record Batch(
      List<Line> lines, @Nullable BegunFlips flips, long at, Instant until, int room) {

    static final Batch END = new Batch(List.of(), null, 0, Instant.MIN, 0);
  }

  /** Runs all lines; when it returns or throws, nothing that was begun is left half done. */
  void of(StateLines lines) throws IOException, InterruptedException {
    Thread settling = Thread.ofVirtual().name("states-settling").start(this::settle);
    try {
      List<Line> batch = lines.next();
      while (!batch.isEmpty()) {
        begin(batch);
        if (broken != null) {
          throw new IOException("the results cannot be told", broken);
        }
        batch = lines.next();
      }
    } finally {
      begun.add(Batch.END);
      settling.join();
    }
    ChangeLines.ofUsers(caller, named, states, changed);
    if (changed + refused > MANY) {
      var total = new AuditLog.Change(changed + " users", "", null, totals());
      var _ = audit.append(caller, "users.state", List.of(total));
    }
  }

  private Map<String, Object> totals() {
    return Map.of("changed", changed, "refused", refused, "notQuiesced", notQuiesced);
  }

  private void begin(List<Line> lines) throws InterruptedException {
    int places = places(lines.size());
    long at = times.now();
    BegunFlips flips = null;
    try {
      flips = routing.beginUserStates(changes(lines), caller.who(""));
    } catch (MapUnavailableException e) {
      // Each of its lines says so.
    } catch (RuntimeException e) {
      room.release(places); // they are shared by all requests
      throw e;
    }
    untold.register();
    begun.add(new Batch(lines, flips, at, clock.instant().plus(wait), places));
    if (flips != null && flips.switching()) {
      awaitUntold(); // a later line may be about a user of these
    }
  }

  /** With no room left everything of this request is told first; then it goes on without. */
  private int places(int lines) throws InterruptedException {
    if (room.tryAcquire(lines)) {
      return lines;
    }
    awaitUntold();
    return 0;
  }

  private void awaitUntold() throws InterruptedException {
    int _ = untold.awaitAdvanceInterruptibly(untold.arrive());
  }

  private static List<UserChange> changes(List<Line> lines) {
    List<UserChange> changes = new ArrayList<>(lines.size());
    for (Line line : lines) {
      if (line.change() != null) {
        changes.add(line.change());
      }
    }
    return changes;
  }

  // ---- the second thread

  private void settle() {
    try {
      for (Batch batch = begun.take(); !batch.lines().isEmpty(); batch = begun.take()) {
        try {
          tell(batch);
        } catch (IOException e) {
          broken = e;
        } catch (RuntimeException e) {
          broken = new IOException(e);
        } finally {
          room.release(batch.room());
          int _ = untold.arriveAndDeregister();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts this thread", e);
    }
  }

  private void tell(Batch batch) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Map<String, List<AuditLog.Change>> changes = new LinkedHashMap<>();
    Iterator<UserFlip> results = results(batch);
    flippedAt = batch.at();
    for (Line line : batch.lines()) {
      if (line.change() == null) {
        answer(out, refused(line.address(), Objects.requireNonNull(line.refused())));
      } else if (results == null) {
        answer(out, refused(line.address(), Problem.busy(Problems.MAP_UNAVAILABLE)));
      } else {
        answer(out, told(line.change(), results.next(), changes));
      }
    }
    changes.forEach((what, same) -> audit.append(caller, what, same));
    spool.append(out.toByteArray());
  }

  /** Null: the map cannot be used. */
  private @Nullable Iterator<UserFlip> results(Batch batch) {
    BegunFlips flips = batch.flips();
    if (flips == null) {
      return null;
    }
    Duration left = Duration.between(clock.instant(), batch.until());
    try {
      return flips.await(left.isNegative() ? Duration.ZERO : left).iterator();
    } catch (MapUnavailableException e) {
      return null;
    }
  }

  private Map<String, Object> told(
      UserChange asked, UserFlip result, Map<String, List<AuditLog.Change>> changes) {
    User user = result.user();
    Flip flip = result.flip();
    if (user == null || flip == null) {
      return refused(asked.address(), result);
    }
    if (flip.changed()) {
      changed++;
      states.add(user.state().word());
      if (named.size() < ChangeLines.NAMED) {
        named.add(user.address());
      }
      String reason = asked.reason() == null ? "" : asked.reason();
      changes
          .computeIfAbsent(what(asked), _ -> new ArrayList<>())
          .add(
              new AuditLog.Change(
                  user.address(),
                  reason,
                  UsersResource.brief(result.before()),
                  UsersResource.brief(user)));
    }
    notQuiesced += flip.quiesced() ? 0 : 1;
    times.ended("list", flip, flippedAt);
    Map<String, Object> told = FlipView.ofUser(user, flip, null);
    told.remove("held");
    return told;
  }

  /** As the same change by {@code PUT} would be told. */
  private static String what(UserChange asked) {
    return asked.state() == null && asked.pair() == null ? "user.priority" : "user.state";
  }

  private Map<String, Object> refused(String address, UserFlip result) {
    Routing.Refusal why = Objects.requireNonNull(result.refused());
    Map<String, Object> told = refused(address, Problems.status(why.kind()), why.why());
    if (result.user() != null) {
      told.put("current", Problems.current(result.user()));
    }
    return told;
  }

  private Map<String, Object> refused(String address, Problem problem) {
    return refused(address, problem.status(), problem.detail());
  }

  private Map<String, Object> refused(String address, int status, String why) {
    refused++;
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("address", address);
    told.put("status", status);
    told.put("error", why);
    return told;
  }

  private static void answer(ByteArrayOutputStream out, Map<String, Object> result) {
    out.writeBytes(Json.bytes(result));
    out.write('\n');
  }
}
