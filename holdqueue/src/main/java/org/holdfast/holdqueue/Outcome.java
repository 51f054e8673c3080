package org.holdfast.holdqueue;

/**
 * How one attempt to deliver ended. {@code reply} is what the next hop said, or our own words for
 * what happened; one line.
 */
public sealed interface Outcome {

  String reply();

  /** Who was asked. */
  default Where where() {
    return Where.UNKNOWN;
  }

  /** The same, said of an attempt that went there. */
  default Outcome at(Where where) {
    return this;
  }

  /**
   * Where an attempt went.
   *
   * @param nextHop the pair
   * @param member which of its servers
   */
  record Where(String nextHop, String member) {

    /** It was not told. */
    public static final Where UNKNOWN = new Where("", "");
  }

  /** The next hop has it: 2xx after the end of data. */
  record Delivered(String reply, Where where) implements Outcome {

    public Delivered(String reply) {
      this(reply, Where.UNKNOWN);
    }

    @Override
    public Outcome at(Where there) {
      return new Delivered(reply, there);
    }
  }

  /**
   * Not now. The delivery stays at the head of its lane and is tried again.
   *
   * @param scope what the trouble is likely to hit again: this lane only, or everything for the
   *     next hop
   */
  record Deferred(Scope scope, String reply, Where where) implements Outcome {

    public Deferred(Scope scope, String reply) {
      this(scope, reply, Where.UNKNOWN);
    }

    @Override
    public Outcome at(Where there) {
      return new Deferred(scope, reply, there);
    }
  }

  /**
   * The connection was lost after the end of data: it may have been delivered. Tried again with the
   * same id.
   */
  record Uncertain(String reply, Where where) implements Outcome {

    public Uncertain(String reply) {
      this(reply, Where.UNKNOWN);
    }

    @Override
    public Outcome at(Where there) {
      return new Uncertain(reply, there);
    }
  }

  /**
   * The next hop refused it for good, or is not believed: it waits for a person as {@code parked},
   * the lane goes on.
   */
  record Refused(String reply, Where where) implements Outcome {

    public Refused(String reply) {
      this(reply, Where.UNKNOWN);
    }

    @Override
    public Outcome at(Where there) {
      return new Refused(reply, there);
    }
  }

  /**
   * The next hop refused it for good, and its sender has been told: it leaves the queue. Said only
   * when what tells the sender is on stable storage.
   */
  record Returned(String reply, Where where) implements Outcome {

    public Returned(String reply) {
      this(reply, Where.UNKNOWN);
    }

    @Override
    public Outcome at(Where there) {
      return new Returned(reply, there);
    }
  }

  /**
   * The gate was shut when the attempt was about to begin: nothing was sent, nothing is counted.
   */
  record Shut(String reply) implements Outcome {}

  /** What a {@link Deferred} is about. */
  enum Scope {
    LANE,
    NEXT_HOP
  }
}
