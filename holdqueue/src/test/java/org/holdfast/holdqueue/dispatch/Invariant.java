package org.holdfast.holdqueue.dispatch;

import java.util.function.Supplier;
import org.holdfast.holdqueue.Delivery;

/** A promise, checked while a {@link Simulation} runs. Each is named as the fact it states. */
interface Invariant {

  /** The dispatcher begins an attempt. */
  default void begins(World world, Delivery delivery) {}

  /** A next hop has taken a delivery. */
  default void taken(World world, Delivery delivery) {}

  /** The dispatcher has had its turn. */
  default void turned(World world, Dispatcher dispatcher) {}

  /** Everything that may be delivered has had all the time it needs. */
  default void atRest(World world) {}

  static void require(boolean fact, Supplier<String> otherwise) {
    if (!fact) {
      throw new Broken(otherwise.get());
    }
  }

  /** A promise was broken. */
  final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken(String how) {
      super(how);
    }
  }
}
