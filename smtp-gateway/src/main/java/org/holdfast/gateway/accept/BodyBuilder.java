package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes in one body: small in memory, large in a temporary file. What it needs is set aside before
 * the first octet where the size was declared, and piece by piece where it was not. Belongs to one
 * event loop; ends with {@link #finish} or {@link #abandon}.
 */
final class BodyBuilder {

  /** What our own fields add to the declared size, generously. */
  static final int FIELDS = 1024;

  private static final int FIRST_BUFFER = 8 * 1024;

  /** Small pieces are gathered up to this before they are written. */
  private static final int FILE_BUFFER = 16 * 1024;

  private final BodySpool spool;
  private final InetAddress client;
  private final Consumer<@Nullable Throwable> written;
  private byte[] buffer = new byte[0];
  private int used;
  private int reserved;
  private long size;
  private SpoolRoom.@Nullable Share share;
  private @Nullable BodyFile file;

  /**
   * @param client whose share of the spool is used
   * @param written told after each write to the file, with what went wrong; on any thread
   */
  BodyBuilder(BodySpool spool, InetAddress client, Consumer<@Nullable Throwable> written) {
    this.spool = spool;
    this.client = client;
    this.written = written;
  }

  /**
   * Sets room aside for a body of this declared size.
   *
   * @param declared octets; 0: not declared
   * @return false: there is none, and nothing was set aside
   */
  boolean reserve(long declared) {
    long needed = declared + FIELDS;
    if (needed <= spool.threshold() && growInMemory((int) needed)) {
      return true;
    }
    share = spool.open(client, needed);
    return share != null;
  }

  /** Appends octets; or says what forbids it, and then the body can only be abandoned. */
  @Nullable Limit append(byte[] octets, int from, int to) {
    int length = to - from;
    size += length;
    if (file == null && fitsInMemory(length)) {
      keep(octets, from, length);
      return null;
    }
    Limit limit = roomInFile();
    if (limit == null) {
      toFile(octets, from, length);
    }
    return limit;
  }

  long size() {
    return size;
  }

  /** Too much of it is on its way to the file: nothing more should be read for now. */
  boolean mustWait() {
    BodyFile open = file;
    return open != null
        && (open.unwritten() > Limits.UNWRITTEN || (open.unwritten() > 0 && spool.writes().full()));
  }

  /** The whole body; this builder is done with. */
  CompletionStage<CountedBody> finish() {
    SpoolRoom.Share room = share;
    BodyFile open = file;
    if (open == null) {
      int octets = reserved;
      reserved = 0;
      closeShare();
      Runnable giveBack = () -> spool.memory().giveBack(octets);
      return CompletableFuture.completedFuture(CountedBody.inMemory(buffer, used, giveBack));
    }
    flush(open);
    long length = size;
    if (room != null) {
      room.shrink(length);
    }
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
    if (file == null) {
      closeShare();
    } else {
      file.delete(); // which gives the share back
      file = null;
    }
  }

  private void closeShare() {
    if (share != null) {
      share.close();
      share = null;
    }
  }

  private boolean fitsInMemory(int length) {
    return used + length <= buffer.length || (share == null && growInMemory(used + length));
  }

  private boolean growInMemory(int needed) {
    if (needed > spool.threshold()) {
      return false;
    }
    int wanted =
        Math.min(spool.threshold(), Math.max(FIRST_BUFFER, Integer.highestOneBit(needed) * 2));
    if (!spool.memory().take(wanted - reserved, wanted)) {
      return false;
    }
    reserved = wanted;
    buffer = Arrays.copyOf(buffer, wanted);
    return true;
  }

  private @Nullable Limit roomInFile() {
    if (share == null) {
      share = spool.open(client, size);
    }
    return share == null ? Limit.SPOOL : share.grow(size);
  }

  private void toFile(byte[] octets, int from, int length) {
    BodyFile open = file;
    if (open == null && share != null) {
      open = spool.newFile(share);
      file = open;
      flush(open);
    }
    if (open == null) {
      throw new IllegalStateException("no room was set aside");
    }
    boolean direct = length > FILE_BUFFER / 2;
    if (direct || used + length > FILE_BUFFER) {
      flush(open); // what came before goes before
    }
    if (direct) {
      write(open, Arrays.copyOfRange(octets, from, from + length), length);
      return;
    }
    if (buffer.length == 0) {
      buffer = new byte[FILE_BUFFER];
    }
    keep(octets, from, length);
  }

  private void keep(byte[] octets, int from, int length) {
    System.arraycopy(octets, from, buffer, used, length);
    used += length;
  }

  private void flush(BodyFile open) {
    if (used > 0) {
      write(open, buffer, used);
    }
    buffer = new byte[0];
    used = 0;
    giveBackMemory();
  }

  private void write(BodyFile open, byte[] octets, int length) {
    var _ = open.write(octets, length).whenComplete((done, failure) -> written.accept(failure));
  }

  private void giveBackMemory() {
    spool.memory().giveBack(reserved);
    reserved = 0;
  }
}
