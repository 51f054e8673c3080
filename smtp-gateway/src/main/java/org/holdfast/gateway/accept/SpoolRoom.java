package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the temporary files of all bodies on their way in may take together, of the disk and of the
 * process's descriptors. Thread-safe: one lock protects all sums; it is held for no I/O but the
 * question how much is free, at most every {@link #FRESH}.
 *
 * <ul>
 *   <li>Set aside before it is written: the declared size at once, what is not declared in steps.
 *   <li>Never more than {@code store.spool-max}, and never more than half of what the file system
 *       has above {@code store.min-free}: every message in a file may have to be held, and takes
 *       the other half then.
 *   <li>The last eighth is for small messages, and no client has more than half.
 * </ul>
 */
public final class SpoolRoom {

  /** A body up to this size is small. */
  static final long SMALL = 256 << 10;

  /** What is set aside at once beyond what was declared. */
  static final long STEP = 1 << 20;

  private static final int FOR_SMALL = 8;
  private static final int FOR_ONE_CLIENT = 2;
  private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(250);

  private final Bounds bounds;
  private final LongSupplier free;
  private final LongSupplier nanos;
  private final Map<Long, Long> byClient = new HashMap<>();
  private long used;
  private long written;
  private int files;
  private long ceiling;
  private long asked;
  private boolean known;

  /**
   * How much there is at most.
   *
   * @param octets of all files together
   * @param files open at once
   * @param minFree octets that the file system keeps
   */
  public record Bounds(long octets, int files, long minFree) {}

  /**
   * @param free octets that the file system has left
   * @param nanos as {@link System#nanoTime}
   */
  SpoolRoom(Bounds bounds, LongSupplier free, LongSupplier nanos) {
    this.bounds = bounds;
    this.free = free;
    this.nanos = nanos;
  }

  /** For files in this folder, or below it on the same file system. */
  public static SpoolRoom in(Path folder, Bounds bounds) {
    return new SpoolRoom(bounds, folder.toFile()::getUsableSpace, System::nanoTime);
  }

  /** Octets set aside. */
  public synchronized long used() {
    return used;
  }

  /** Files that bodies have, or may make at any moment. */
  public synchronized int files() {
    return files;
  }

  /** Why a body of this size would get no room now; null when it would. */
  synchronized @Nullable Limit refusal(InetAddress client, long octets) {
    return refusal(ClientKey.of(client), octets, octets, 1);
  }

  /** Room for one body of this size, or null. */
  synchronized @Nullable Share open(InetAddress client, long octets) {
    long who = ClientKey.of(client);
    if (refusal(who, octets, octets, 1) != null) {
      return null;
    }
    files++;
    take(who, octets);
    return new Share(who, octets);
  }

  private @Nullable Limit refusal(long client, long more, long whole, int moreFiles) {
    boolean small = whole <= SMALL;
    if (files + moreFiles > part(bounds.files(), small) || used + more > part(ceiling(), small)) {
      return Limit.SPOOL;
    }
    return byClient.getOrDefault(client, 0L) + more > bounds.octets() / FOR_ONE_CLIENT
        ? Limit.CLIENT_SPOOL
        : null;
  }

  private static long part(long all, boolean small) {
    return small ? all : all - all / FOR_SMALL;
  }

  /** What is written here does not change it; what others write does, so it is asked again. */
  private long ceiling() {
    long now = nanos.getAsLong();
    if (!known || now - asked >= FRESH) {
      known = true;
      asked = now;
      long above = free.getAsLong() + written - bounds.minFree();
      ceiling = Math.min(bounds.octets(), Math.max(0, above / 2));
    }
    return ceiling;
  }

  private void take(long client, long octets) {
    used += octets;
    byClient.merge(client, octets, Long::sum);
  }

  private void giveBack(long client, long octets) {
    used -= octets;
    var _ = byClient.computeIfPresent(client, (who, all) -> all == octets ? null : all - octets);
  }

  /** What one body has been given. Thread-safe by the lock of the whole. */
  final class Share {

    private final long client;
    private long octets;
    private long inFile;
    private boolean closed;

    private Share(long client, long octets) {
      this.client = client;
      this.octets = octets;
    }

    /** Makes sure of room for so many octets in all; or says what forbids it. */
    @Nullable Limit grow(long whole) {
      synchronized (SpoolRoom.this) {
        if (whole <= octets) {
          return null;
        }
        long more = Math.max(whole - octets, STEP);
        Limit limit = refusal(client, more, whole, 0);
        if (limit == null) {
          take(client, more);
          octets += more;
        }
        return limit;
      }
    }

    /** So many octets are in the file now. */
    void wrote(long more) {
      synchronized (SpoolRoom.this) {
        inFile += more;
        written += more;
      }
    }

    /** The body is whole and has this size. */
    void shrink(long whole) {
      synchronized (SpoolRoom.this) {
        if (!closed && whole < octets) {
          giveBack(client, octets - whole);
          octets = whole;
        }
      }
    }

    /** The file is gone; once. */
    void close() {
      synchronized (SpoolRoom.this) {
        if (!closed) {
          closed = true;
          files--;
          giveBack(client, octets);
          written -= inFile;
        }
      }
    }
  }
}
