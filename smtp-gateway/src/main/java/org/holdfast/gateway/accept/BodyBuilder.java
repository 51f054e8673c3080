package org.holdfast.gateway.accept;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes in one body: small in memory, large in a temporary file. Belongs to one event loop; ends
 * with {@link #finish} or {@link #abandon}.
 */
final class BodyBuilder {

  private static final int FIRST_BUFFER = 8 * 1024;
  private static final int FILE_BUFFER = 64 * 1024;

  private final BodySpool spool;
  private byte[] buffer = new byte[0];
  private int used;
  private int reserved;
  private long size;
  private @Nullable BodyFile file;

  BodyBuilder(BodySpool spool) {
    this.spool = spool;
  }

  /**
   * Appends octets. Returns null, or what completes (exceptionally when the disk fails) once octets
   * handed to the file are written.
   */
  @Nullable CompletableFuture<Void> append(byte[] octets, int from, int to) {
    int length = to - from;
    size += length;
    CompletableFuture<Void> writing = makeRoom(length);
    System.arraycopy(octets, from, buffer, used, length);
    used += length;
    return writing;
  }

  long size() {
    return size;
  }

  /** The whole body; this builder is done with. */
  CompletionStage<CountedBody> finish() {
    BodyFile open = file;
    if (open == null) {
      int octets = reserved;
      reserved = 0;
      Runnable giveBack = () -> spool.memory().giveBack(octets);
      return CompletableFuture.completedFuture(CountedBody.inMemory(buffer, used, giveBack));
    }
    var _ = flush(open);
    long length = size;
    return open.close()
        .thenApply(closed -> CountedBody.inFile(open.path(), length, open::delete))
        .whenComplete((body, failure) -> deleteAfter(failure, open));
  }

  private static void deleteAfter(@Nullable Throwable failure, BodyFile failed) {
    if (failure != null) {
      failed.delete();
    }
  }

  /** Gives everything back. */
  void abandon() {
    buffer = new byte[0];
    used = 0;
    giveBackMemory();
    if (file != null) {
      file.delete();
      file = null;
    }
  }

  private @Nullable CompletableFuture<Void> makeRoom(int length) {
    if (used + length <= buffer.length) {
      return null;
    }
    if (file == null && growInMemory(used + length)) {
      return null;
    }
    BodyFile open = file;
    if (open == null) {
      open = spool.newFile();
      file = open;
    }
    return flush(open, length);
  }

  private boolean growInMemory(int needed) {
    if (needed > spool.threshold()) {
      return false;
    }
    int wanted =
        Math.min(spool.threshold(), Math.max(FIRST_BUFFER, Integer.highestOneBit(needed) * 2));
    if (!spool.memory().take(wanted - reserved)) {
      return false;
    }
    reserved = wanted;
    buffer = Arrays.copyOf(buffer, wanted);
    return true;
  }

  private CompletableFuture<Void> flush(BodyFile open, int thenNeeded) {
    CompletableFuture<Void> writing = flush(open);
    buffer = new byte[Math.max(FILE_BUFFER, thenNeeded)];
    return writing;
  }

  private CompletableFuture<Void> flush(BodyFile open) {
    CompletableFuture<Void> writing = open.write(buffer, used);
    used = 0;
    giveBackMemory();
    return writing;
  }

  private void giveBackMemory() {
    spool.memory().giveBack(reserved);
    reserved = 0;
  }
}
