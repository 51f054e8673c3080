package org.holdfast.gateway.deliver;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Member;

/**
 * Takes one message to one backend member: one LMTP transaction (RFC 2033). Thread-safe; never
 * blocks the caller.
 */
public interface Transaction {

  /**
   * Begins a transaction, over a reused connection where there is one. The stage always completes
   * normally, within the configured deadlines, with one answer for each recipient in the order
   * given.
   *
   * <p>When it completes nothing more of the message leaves this machine on its way to that member.
   * Only after {@link Answer.Uncertain} may the member still do something with what it has
   * received.
   */
  CompletionStage<List<Answer>> send(
      Member member, Envelope envelope, List<Recipient> recipients, Content content, Origin origin);

  /** Where the mail comes from: what waited is treated with more forbearance than a live sender. */
  enum Origin {
    /** A sender waits for the answer. */
    DOOR,
    /** It was accepted earlier and waited in the queue. */
    QUEUE
  }

  /**
   * What became of one recipient, already sorted by whose trouble it is (the table is in {@code
   * BackendAnswers}).
   */
  sealed interface Answer {

    Reply reply();

    /**
     * 2xx after the end of data.
     *
     * @param notifies the member offers DSN: it has heard what the sender wants to be told, and
     *     tells it (RFC 3461 section 5.2.1)
     */
    record Delivered(Reply reply, boolean notifies) implements Answer {

      /** By a member that tells no sender anything. */
      public Delivered(Reply reply) {
        this(reply, false);
      }
    }

    /**
     * The backend speaks of the mailbox or the message (full, policy, content): the sender may hear
     * it verbatim. 4xx or 5xx.
     */
    record MailboxTrouble(Reply reply) implements Answer {}

    /**
     * Our own infrastructure: no connection, timeout, 421, x.3.x, x.4.x. {@code wholeMember}:
     * likely to hit every other recipient too.
     */
    record OurTrouble(boolean wholeMember, Reply reply) implements Answer {}

    /**
     * "No such user" and its kind for a user whom the map knows: never bounced.
     *
     * @param toRcpt the member said so before it saw the message: it is surely about the user
     */
    record NotBelieved(Reply reply, boolean toRcpt) implements Answer {

      /** Said at no matter what. */
      public NotBelieved(Reply reply) {
        this(reply, false);
      }
    }

    /**
     * The connection was lost, or the time ran out, after the end of data was sent: it may have
     * been delivered, or be so yet if the member has received all of it.
     */
    record Uncertain(Reply reply) implements Answer {}
  }
}
