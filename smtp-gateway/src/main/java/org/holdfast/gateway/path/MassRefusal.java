package org.holdfast.gateway.path;

import java.time.Duration;
import java.util.List;
import org.holdfast.holdqueue.DeliveryState;
import org.holdfast.holdqueue.QueueFilter;

/** A member that refused too many users at once, until somebody has acted on it. Thread-safe. */
public final class MassRefusal {

  private final RefusalWindow window;
  private final String pair;
  private final String member;
  private final String words;

  MassRefusal(
      RefusalWindow window,
      String pair,
      String member,
      int refused,
      int answered,
      Duration within,
      String lastReply) {
    this.window = window;
    this.pair = pair;
    this.member = member;
    this.words =
        "mass refusal: %s refused %d of the last %d mailboxes within %d s; last reply: %s"
            .formatted(member, refused, answered, within.toSeconds(), lastReply);
  }

  public String pair() {
    return pair;
  }

  /** Name of the member that refused. */
  public String member() {
    return member;
  }

  /** What happened, on one line for people: member, counts, last reply. */
  public String words() {
    return words;
  }

  /**
   * The refused deliveries not taken yet, each as what it is once it is parked. One that was
   * refused a moment ago may not be parked yet, or even stored; one whose sender heard the refusal
   * never will be. When nothing is open to the member any more, no further one comes.
   */
  public List<QueueFilter> take() {
    return window.take().stream()
        .map(r -> new QueueFilter(r.id(), r.mailbox(), null, DeliveryState.PARKED, null, null))
        .toList();
  }

  /** Refused deliveries that could not be remembered: they stay parked. */
  public long forgotten() {
    return window.forgotten();
  }

  /** The member counts as any other again, from nothing. */
  public void over() {
    window.over();
  }
}
