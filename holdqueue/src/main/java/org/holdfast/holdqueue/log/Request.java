package org.holdfast.holdqueue.log;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the writer is asked to do; the answer is a position. */
sealed interface Request {

  CompletableFuture<Long> done();

  /** Adds records; with {@code lazy} nobody waits for the sync. */
  record Write(List<Entry> entries, boolean lazy, CompletableFuture<Long> done)
      implements Request {}

  /** Puts everything written before on stable storage. */
  record Sync(CompletableFuture<Long> done) implements Request {}

  /** Has the writer's thread look at what is to be synced by when. */
  record Nudge(CompletableFuture<Long> done) implements Request {}

  /** Replaces the whole log, if {@code seen} is its last record. */
  record Replace(Replacement by, long seen, CompletableFuture<Long> done) implements Request {}

  /** Begins a new segment, unless the one written to has no record; answers its base. */
  record Roll(CompletableFuture<Long> done) implements Request {}

  /** Ends the writer. */
  record Close(CompletableFuture<Long> done) implements Request {}
}
