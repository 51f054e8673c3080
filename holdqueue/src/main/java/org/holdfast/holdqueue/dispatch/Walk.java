package org.holdfast.holdqueue.dispatch;

import org.holdfast.holdqueue.Lanes;
import org.jspecify.annotations.Nullable;

/** A walk through the lanes of the backlog, page by page. Changed by {@link Walks} only. */
final class Walk {

  final Lanes which;

  /** The line it refills: it pauses while that is full. Null: it goes on to the end. */
  final @Nullable NextHopLine refills;

  /** The last lane seen. */
  @Nullable String after;

  /** A page was asked for and has not come yet. */
  boolean asked;

  /** The backlog failed: not before this time. */
  long notBefore;

  Walk(Lanes which, @Nullable NextHopLine refills) {
    this.which = which;
    this.refills = refills;
  }
}
