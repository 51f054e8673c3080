package org.holdfast.routing;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Knows every open permit, and when the ones that matter to a flip are closed. Thread-safe; never
 * waits.
 *
 * <p>The argument: a delivery <em>registers</em> its lease first and reads the state second. A flip
 * makes the change visible first and looks at the leases second. Both go through {@link #lock}, so
 * one of two things is true of any pair of them. Either the lease was registered before the flip
 * looked: then the flip waits for it. Or it was registered after: then the flip's unlocking happens
 * before the lease's locking, and the state that is read afterwards is the changed one. There is no
 * third. A lease whose state is still being read counts as concerned until it says otherwise.
 *
 * <p>Memory and the work of a flip are proportional to what is open, not to how many users there
 * are.
 */
final class Gate {

  /** Protects {@link #open}, every lease's fields and every drain's set. Held for moments only. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Set<Lease> open = new LinkedHashSet<>();
  private final InstantSource clock;

  Gate(InstantSource clock) {
    this.clock = clock;
  }

  /** Where the state is read. */
  interface States<E extends Exception> {
    EffectiveState of(String mailbox) throws E;
  }

  /** Asks for a permit: register, then read, then decide. */
  <E extends Exception> Entry enter(String mailbox, String what, States<E> states) throws E {
    Lease lease = register(mailbox, what);
    EffectiveState state = null;
    try {
      state = states.of(mailbox);
    } finally {
      if (!(state instanceof EffectiveState.Open)) {
        lease.close();
      }
    }
    return decide(lease, state);
  }

  /** As {@link #enter} where the state may not be known at once: then empty, and no permit. */
  Optional<Entry> enterAtOnce(
      String mailbox, String what, Function<String, Optional<EffectiveState>> states) {
    Lease lease = register(mailbox, what);
    EffectiveState state = null;
    try {
      state = states.apply(mailbox).orElse(null);
    } finally {
      if (!(state instanceof EffectiveState.Open)) {
        lease.close();
      }
    }
    return state == null ? Optional.empty() : Optional.of(decide(lease, state));
  }

  /** The first half of {@link #enter}; split for the tests that try every interleaving. */
  Lease register(String mailbox, String what) {
    Lease lease = new Lease(mailbox, what, clock.instant());
    lock.lock();
    try {
      open.add(lease);
    } finally {
      lock.unlock();
    }
    return lease;
  }

  /** The second half: what was read makes the lease a permit, or ends it. */
  Entry decide(Lease lease, EffectiveState state) {
    return switch (state) {
      case EffectiveState.Open o -> new Entry.Go(lease.bind(o.user(), o.member()));
      case EffectiveState.OnHold h -> {
        lease.close();
        yield new Entry.Hold(h.user().pair(), h.why());
      }
      case EffectiveState.Refused r -> {
        lease.close();
        yield new Entry.Refuse(r.location());
      }
    };
  }

  /** The same answer without a permit: a {@code Go} is closed already. */
  Entry look(String mailbox, EffectiveState state) {
    return decide(new Lease(mailbox, "", Instant.EPOCH), state);
  }

  /**
   * Begins to wait for every lease open now that a flip concerns. Call it after the change is
   * visible.
   *
   * @param concerns asked of leases; of one whose state is not read yet only {@link
   *     Lease#mailbox()} is known, its {@link Lease#user()} is null
   */
  Drain drain(Predicate<Lease> concerns) {
    Drain drain = new Drain(concerns);
    lock.lock();
    try {
      for (Lease lease : open) {
        if (concerns.test(lease)) {
          drain.left.add(lease);
          lease.drains.add(drain);
        }
      }
      drain.completeWhenEmpty();
    } finally {
      lock.unlock();
    }
    return drain;
  }

  /** What is open now, oldest first. */
  List<Flip.OpenDelivery> open() {
    lock.lock();
    try {
      return described(List.copyOf(open));
    } finally {
      lock.unlock();
    }
  }

  /** What is open now, by the user it is about; null: about none of interest. */
  Map<String, List<Flip.OpenDelivery>> open(Function<Lease, @Nullable String> addressee) {
    lock.lock();
    try {
      return described(open, addressee);
    } finally {
      lock.unlock();
    }
  }

  private static Map<String, List<Flip.OpenDelivery>> described(
      Set<Lease> leases, Function<Lease, @Nullable String> addressee) {
    Map<String, List<Flip.OpenDelivery>> open = new HashMap<>();
    for (Lease lease : leases) {
      String user = addressee.apply(lease);
      if (user != null) {
        open.computeIfAbsent(user, _ -> new ArrayList<>()).add(lease.described());
      }
    }
    return open;
  }

  private static List<Flip.OpenDelivery> described(List<Lease> leases) {
    List<Lease> sorted = new ArrayList<>(leases);
    sorted.sort(Comparator.comparing(lease -> lease.since));
    return sorted.stream().map(Lease::described).toList();
  }

  /** A permit, or on its way to become one. */
  final class Lease implements Permit {

    private final String mailbox;
    private final String what;
    private final Instant since;
    private final List<Drain> drains = new ArrayList<>(0);
    private @Nullable User user;
    private @Nullable Member member;

    private Lease(String mailbox, String what, Instant since) {
      this.mailbox = mailbox;
      this.what = what;
      this.since = since;
    }

    private Lease bind(User itsUser, Member itsMember) {
      lock.lock();
      try {
        user = itsUser;
        member = itsMember;
        for (Drain drain : List.copyOf(drains)) {
          if (!drain.concerns.test(this)) {
            drain.release(this);
          }
        }
      } finally {
        lock.unlock();
      }
      return this;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        open.remove(this);
        for (Drain drain : List.copyOf(drains)) {
          drain.release(this);
        }
      } finally {
        lock.unlock();
      }
    }

    /** The entry that answered for the mailbox; null while the state is being read. */
    @Nullable User user() {
      return user;
    }

    @Override
    public String mailbox() {
      return mailbox;
    }

    @Override
    public String pair() {
      return bound(user).pair();
    }

    @Override
    public Member member() {
      return bound(member);
    }

    @Override
    public long epoch() {
      return bound(user).standing().epoch();
    }

    @Override
    public int priority() {
      return bound(user).priority();
    }

    private static <T> T bound(@Nullable T value) {
      if (value == null) {
        throw new IllegalStateException("the state of this lease is not read yet");
      }
      return value;
    }

    private Flip.OpenDelivery described() {
      String pair = user == null ? "" : user.pair();
      String name = member == null ? "" : member.name();
      return new Flip.OpenDelivery(mailbox, pair, name, what, since);
    }
  }

  /** The leases that a flip waits for; complete when the last of them is closed. */
  final class Drain {

    private final Predicate<Lease> concerns;
    private final Set<Lease> left = new HashSet<>();
    private final CompletableFuture<Void> empty = new CompletableFuture<>();

    private Drain(Predicate<Lease> concerns) {
      this.concerns = concerns;
    }

    /** Completes when nothing is left; may run what depends on it while the gate is locked. */
    CompletableFuture<Void> empty() {
      return empty;
    }

    /** Stops waiting: what is still open, oldest first. */
    List<Flip.OpenDelivery> giveUp() {
      lock.lock();
      try {
        forget();
        return described(List.copyOf(left));
      } finally {
        lock.unlock();
      }
    }

    /** As {@link #giveUp()}, by the user that a lease is about. */
    Map<String, List<Flip.OpenDelivery>> giveUp(Function<Lease, @Nullable String> addressee) {
      lock.lock();
      try {
        forget();
        return described(left, addressee);
      } finally {
        lock.unlock();
      }
    }

    private void forget() {
      left.forEach(lease -> lease.drains.remove(this));
    }

    private void release(Lease lease) {
      lease.drains.remove(this);
      left.remove(lease);
      completeWhenEmpty();
    }

    private void completeWhenEmpty() {
      if (left.isEmpty()) {
        empty.complete(null);
      }
    }
  }
}
