package org.holdfast.routing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what changed, in the order in which it became visible. Changes are put in under
 * the map's writing lock and told outside it; a listener may ask the map anything.
 */
final class Announcer {

  private static final Logger log = LoggerFactory.getLogger(Announcer.class);

  private final List<Consumer<Routing.Change>> listeners = new CopyOnWriteArrayList<>();
  private final Queue<Routing.Change> untold = new ConcurrentLinkedQueue<>();

  /** Keeps the telling in order: one thread tells at a time. */
  private final ReentrantLock telling = new ReentrantLock();

  void listen(Consumer<Routing.Change> listener) {
    listeners.add(listener);
  }

  void add(Target target, boolean open, String pair) {
    untold.add(new Routing.Change(target, open, pair));
  }

  /** A user that was not there before. */
  void addCreated(User user) {
    boolean open = user.state() == UserState.ACTIVE;
    untold.add(new Routing.Change(new Target.OfUser(user.address()), open, user.pair(), true));
  }

  /** Returns when everything added before has been told. */
  void tell() {
    telling.lock();
    try {
      for (Routing.Change c = untold.poll(); c != null; c = untold.poll()) {
        tell(c);
      }
    } finally {
      telling.unlock();
    }
  }

  private void tell(Routing.Change change) {
    for (Consumer<Routing.Change> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        log.error("a listener failed over {}", change, e);
      }
    }
  }
}
