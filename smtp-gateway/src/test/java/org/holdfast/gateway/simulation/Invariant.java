package org.holdfast.gateway.simulation;

import java.util.function.Supplier;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.dispatch.DispatchStatus;

/** A promise, checked while a {@link Simulation} runs. Each is named as the fact it states. */
interface Invariant {

  /** A sender hears what became of its letter. */
  default void told(Letter letter, Reply reply) {}

  /** A transaction is about to begin; it is not among the open ones yet. */
  default void begins(Open transaction) {}

  /** A backend has put a letter into its mailbox. */
  default void stored(Open transaction, Letter letter) {}

  /** A flip was told to be quiesced. */
  default void quiesced(Quiesced flip) {}

  /** The queue has been recovered after a crash or stop. */
  default void recovered(Gateway gateway) {}

  /** The dispatcher has had a turn. */
  default void turned(DispatchStatus status) {}

  /** Now and then, while all goes on. */
  default void stepped(Gateway gateway) {}

  /** Nothing is wrong any more, and whatever can go has had the time to. */
  default void atRest(Gateway gateway) {}

  default void require(boolean fact, Supplier<String> otherwise) {
    if (!fact) {
      throw new BrokenPromise(getClass().getSimpleName(), otherwise.get());
    }
  }
}
