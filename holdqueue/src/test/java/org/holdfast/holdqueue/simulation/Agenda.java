package org.holdfast.holdqueue.simulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * What is going to happen, and when: the only clock and the only source of chance of a simulation.
 * Things that happen at one moment happen in the order in which they were planned. One thread.
 */
public final class Agenda implements InstantSource {

  public static final long MILLI = 1_000_000;
  public static final long SECOND = 1_000 * MILLI;

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private record Task(long at, long number, Life life, Runnable what) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private final SplittableRandom random;
  private long now;
  private long numbers;

  public Agenda(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** Nanoseconds since the beginning. */
  public long now() {
    return now;
  }

  @Override
  public Instant instant() {
    return BEGIN.plusNanos(now);
  }

  /** When this instant is, in nanoseconds since the beginning. */
  public static long nanos(Instant when) {
    return java.time.Duration.between(BEGIN, when).toNanos();
  }

  public SplittableRandom random() {
    return random;
  }

  public boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** A member of the list: the only place that draws from lists. */
  public <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** What is planned by something that has not ended yet. */
  public boolean isEmpty() {
    while (!tasks.isEmpty() && tasks.peek().life.ended) {
      Task _ = tasks.remove();
    }
    return tasks.isEmpty();
  }

  /** When the next thing happens; {@link Long#MAX_VALUE}: nothing is planned. */
  public long next() {
    return isEmpty() ? Long.MAX_VALUE : tasks.element().at;
  }

  /** Does what is next; nothing may be left to do. */
  public void step() {
    if (isEmpty()) {
      return;
    }
    Task task = tasks.remove();
    now = Math.max(now, task.at);
    task.what.run();
  }

  /** Something that plans, until it ends: what it had planned then does not happen. */
  public final class Life {

    private boolean ended;

    public void at(long when, Runnable what) {
      if (!ended) {
        tasks.add(new Task(Math.max(now, when), numbers++, this, what));
      }
    }

    /** At some moment, at most so many nanoseconds from now. */
    public void within(long most, Runnable what) {
      at(now + random.nextLong(most + 1), what);
    }

    public void end() {
      ended = true;
    }

    public boolean hasEnded() {
      return ended;
    }

    public Agenda agenda() {
      return Agenda.this;
    }
  }

  public Life birth() {
    return new Life();
  }
}
