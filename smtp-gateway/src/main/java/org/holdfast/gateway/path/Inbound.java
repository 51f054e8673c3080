package org.holdfast.gateway.path;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * What the front door asks of the message path. Thread-safe; called on event loops, so it never
 * blocks the caller.
 */
public interface Inbound {

  /**
   * Is there such a recipient? Nothing is decided about delivery yet.
   *
   * @param address as in RCPT TO, without angle brackets, syntax checked already
   * @param parameters RCPT parameters to pass on (NOTIFY, ORCPT)
   */
  CompletionStage<Answer> recipient(String address, Map<String, String> parameters);

  /**
   * The end of data has been read: delivers or stores, and says what to tell the sender. {@code
   * content} begins with the header fields the gateway adds; it is readable until the stage
   * completes, and for as long as the path retains it.
   */
  CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering);

  /** How the sender is answered after the end of data. */
  enum Answering {
    /** SMTP: one reply for all recipients (RFC 5321 section 4.1.1.4). */
    ONCE,
    /** LMTP: one reply for each recipient (RFC 2033 section 4.2). */
    EACH
  }

  /**
   * Content whose memory or temporary file is given back when nobody reads it any more. Reference
   * counted; starts at one.
   */
  interface Body extends Content {

    Body retain();

    void release();
  }

  /** The answer to RCPT. */
  sealed interface Answer {
    record Accepted(Recipient recipient, Reply reply) implements Answer {}

    record Rejected(Reply reply) implements Answer {}
  }

  /**
   * What to say at the end of data.
   *
   * @param replies {@link Answering#EACH}: one for each recipient in the order given; {@link
   *     Answering#ONCE}: exactly one
   */
  record Verdict(List<Reply> replies) {

    public Verdict {
      replies = List.copyOf(replies);
    }
  }
}
