package org.holdfast.gateway.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.Routing.SetAside;
import org.holdfast.routing.Standing;
import org.holdfast.routing.User;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds that somebody may have forgotten: users who are moving or recovering, and pairs, domains or
 * everything on hold, for longer than {@code map.forgotten-after}. A backend's callback that got
 * lost shows here, not when the user complains. Each new one is told once as an event.
 *
 * <p>Thread-safe; {@link #look} is one thread's.
 */
public final class ForgottenHolds implements AutoCloseable {

  /** Between two looks. */
  static final Duration EVERY = Duration.ofMinutes(1);

  /** Users told one by one in one look; of more only that there are more. */
  static final int TOLD_AT_ONCE = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ForgottenHolds.class);

  private final Routing routing;
  private final AuditLog audit;
  private final InstantSource clock;
  private volatile Duration after;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("forgotten-holds").daemon().factory());

  /** Holds since before this time were told; {@link Instant#MIN} before the first look. */
  private Instant told = Instant.MIN;

  private volatile List<SetAside> counts = List.of();

  /**
   * Looks at nothing yet.
   *
   * @param after how long a hold may last before it counts as forgotten
   */
  public ForgottenHolds(Routing routing, AuditLog audit, InstantSource clock, Duration after) {
    this.routing = routing;
    this.audit = audit;
    this.clock = clock;
    this.after = after;
  }

  /** What counts as forgotten from the next look on. */
  public void after(Duration other) {
    after = other;
  }

  /** Something wider than a user that is on hold; {@code kind} is one of all, domain, pair. */
  record Wide(String kind, String name, Standing standing) {}

  /** Looks now and then every {@link #EVERY}, by a thread of its own. */
  public void start() {
    var _ = looking.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  Instant now() {
    return clock.instant();
  }

  /** Whatever stands since before this time is forgotten. */
  Instant cutoff() {
    return now().minus(after);
  }

  /** Users who are forgotten, by pair and state, as of the last look. */
  List<SetAside> counts() {
    return counts;
  }

  /** Everything, domains and pairs, as far as they are on hold. */
  static List<Wide> wide(Routing routing) throws MapUnavailableException {
    List<Wide> wide = new ArrayList<>();
    for (Routing.DomainHold hold : routing.holds()) {
      String kind = hold.domain().equals("*") ? "all" : "domain";
      wide.add(new Wide(kind, hold.domain(), hold.standing()));
    }
    for (Pair pair : routing.pairs()) {
      if (pair.onHold()) {
        wide.add(new Wide("pair", pair.name(), pair.standing()));
      }
    }
    return wide;
  }

  /** Counts, and tells what has become forgotten since the last look. */
  void look() {
    try {
      Instant cutoff = cutoff();
      counts = routing.countSetAsideBefore(cutoff);
      if (told.equals(Instant.MIN)) {
        tellAll();
      } else {
        tellNew(told, cutoff);
      }
      told = cutoff;
    } catch (MapUnavailableException e) {
      LOG.warn("forgotten holds: the map cannot be read; looking again later: {}", e.toString());
    } catch (RuntimeException | Error e) { // what is thrown would end the looking for ever, unseen
      LOG.error("forgotten holds: looking again later", e);
    }
  }

  /** After a start nobody knows what was told before: the number, once. */
  private void tellAll() {
    long users = counts.stream().mapToLong(SetAside::users).sum();
    if (users > 0) {
      event("users.forgotten", users + " users", "moving or recovering for longer than " + words());
    }
  }

  private void tellNew(Instant from, Instant cutoff) throws MapUnavailableException {
    for (Wide hold : wide(routing)) {
      Instant since = hold.standing().since();
      if (!since.isBefore(from) && since.isBefore(cutoff)) {
        event(hold.kind() + ".forgotten", hold.name(), "on hold " + since(hold.standing()));
      }
    }
    List<User> users = routing.setAside(from, cutoff, "", TOLD_AT_ONCE + 1);
    if (users.size() > TOLD_AT_ONCE) {
      String why = "by now moving or recovering for longer than " + words();
      event("users.forgotten", "more than " + TOLD_AT_ONCE + " users", why);
      return;
    }
    users.forEach(this::tell);
  }

  private void tell(User user) {
    String to = user.movingTo() == null ? " " : " to " + user.movingTo() + " ";
    event("user.forgotten", user.address(), user.state().word() + to + since(user.standing()));
  }

  private void event(String what, String target, String why) {
    var _ = audit.append("gateway", "", what, target, why, null, null);
    LOG.warn("{} {}: {}", what, target, why);
  }

  private static String since(Standing standing) {
    String reason = standing.reason().isEmpty() ? "" : ", reason " + standing.reason();
    return "since " + standing.since() + ", by " + standing.by() + reason;
  }

  private String words() {
    return after.toString().substring("PT".length()).toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public void close() {
    var _ = looking.shutdownNow();
  }
}
