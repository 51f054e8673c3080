package org.holdfast.holdqueue.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The index's rows while a batch changes them. One thread. */
final class Rows {

  private Rows() {}

  /** What a row needs at the end of the batch. */
  enum Mark {
    CLEAN,
    NEW,
    CHANGED,
    GONE,
    /** Came and went within the batch. */
    NEVER
  }

  /** What all rows have. */
  abstract static sealed class Row permits Message, Delivery, Lane {
    Mark mark = Mark.CLEAN;

    void changed() {
      if (mark == Mark.CLEAN) {
        mark = Mark.CHANGED;
      }
    }

    void gone() {
      mark = mark == Mark.NEW || mark == Mark.NEVER ? Mark.NEVER : Mark.GONE;
    }

    boolean there() {
      return mark != Mark.GONE && mark != Mark.NEVER;
    }
  }

  /** A row of {@code message}. */
  static final class Message extends Row {
    long seq;
    long pos;
    long segment;
    String id = "";
    String sender = "";
    long accepted;
    long size;
    int remaining;

    /** Rows of {@code event} or {@code redirected} that were ever written for it. */
    int notes;

    /** As the tables have it. */
    int notesBefore;
  }

  /** A row of {@code delivery}. */
  static final class Delivery extends Row {
    static final int WAITING = 0;
    static final int PARKED = 1;

    long key;
    long seq;
    @Nullable Lane lane;
    long laneId;
    int state;
    int attempts;
    long next;
    String reply = "";
    long described;

    /** Null: the lane's name. */
    @Nullable String address;

    /** As the sender gave it; null: the address. */
    @Nullable String original;

    long size;
  }

  /** A row of {@code lane}. */
  static final class Lane extends Row {

    /** Of {@code retry}: an earlier life of the queue said when, and this one tries at once. */
    static final long DUE = 1;

    long id;
    String lane = "";
    String domain = "";
    String nextHop = "";
    boolean shut;
    long waiting;
    long parked;
    long bytes;
    long parkedBytes;
    long since;
    long retry;
    boolean headGone;

    /** The tables have it as it is. */
    void written() {
      mark = Mark.CLEAN;
      headGone = false;
    }

    void add(int state, long size) {
      count(state, 1, size);
    }

    void remove(int state, long size) {
      count(state, -1, -size);
      headGone = true;
    }

    private void count(int state, int by, long octets) {
      if (state == Delivery.PARKED) {
        parked += by;
        parkedBytes += octets;
      } else {
        waiting += by;
        bytes += octets;
      }
      changed();
    }
  }

  /** What a segment of the log is still good for. */
  static final class Segment {
    /** Messages whose content lies in it. */
    long live;

    /** Segments whose messages its records speak about. */
    final Set<Long> targets = new HashSet<>();

    /** As the tables have it. */
    long writtenLive;

    private final List<Long> unwritten = new ArrayList<>();

    void refer(long target) {
      if (targets.add(target)) {
        unwritten.add(target);
      }
    }

    List<Long> newTargets() {
      List<Long> fresh = List.copyOf(unwritten);
      unwritten.clear();
      return fresh;
    }
  }
}
