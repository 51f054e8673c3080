package org.holdfast.holdqueue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many deliveries are waiting in each lane, parked ones aside. Thread-safe; 16 octets a slot,
 * no objects.
 *
 * <p>Lanes are told apart by 64 bits of hash. Two that share them look busy when either is, which
 * only makes a message wait its turn in the queue: safe, and not to be expected in a lifetime.
 */
final class LaneCounts {

  private static final int STRIPES = 64;
  private static final int FIRST_SIZE = 64;

  private final Stripe[] stripes = new Stripe[STRIPES];
  private final LongAdder total = new LongAdder();

  LaneCounts() {
    Arrays.setAll(stripes, i -> new Stripe());
  }

  void add(String lane, long by) {
    long hash = hash(lane);
    stripe(hash).add(hash, by);
    total.add(by);
  }

  /** Of all lanes together, about. */
  long total() {
    return total.sum();
  }

  boolean busy(String lane) {
    long hash = hash(lane);
    return stripe(hash).get(hash) > 0;
  }

  private Stripe stripe(long hash) {
    return stripes[(int) (hash >>> 58)];
  }

  /** FNV-1a over UTF-8, finished by a mixer; never 0, which marks a free slot. */
  private static long hash(String lane) {
    long hash = 0xcbf29ce484222325L;
    for (byte octet : lane.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xFF)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    hash ^= hash >>> 33;
    return hash == 0 ? 1 : hash;
  }

  /** An open-addressing table; its monitor guards it. */
  private static final class Stripe {
    private long[] keys = new long[FIRST_SIZE];
    private long[] counts = new long[FIRST_SIZE];
    private int used;

    synchronized long get(long key) {
      int slot = slot(keys, key);
      return keys[slot] == key ? counts[slot] : 0;
    }

    synchronized void add(long key, long by) {
      int slot = slot(keys, key);
      if (keys[slot] != key) {
        keys[slot] = key;
        counts[slot] = 0;
        used++;
      }
      counts[slot] += by;
      if (used * 4 > keys.length * 3) {
        rebuild();
      }
    }

    private static int slot(long[] keys, long key) {
      int slot = (int) key & (keys.length - 1);
      while (keys[slot] != 0 && keys[slot] != key) {
        slot = (slot + 1) & (keys.length - 1);
      }
      return slot;
    }

    /** Drops the lanes that are at zero, and makes room when that was not enough. */
    private void rebuild() {
      int live = 0;
      for (int i = 0; i < keys.length; i++) {
        live += keys[i] != 0 && counts[i] != 0 ? 1 : 0;
      }
      int size = Math.max(FIRST_SIZE, Integer.highestOneBit(live) * 4);
      long[] newKeys = new long[size];
      long[] newCounts = new long[size];
      for (int i = 0; i < keys.length; i++) {
        if (keys[i] != 0 && counts[i] != 0) {
          int slot = slot(newKeys, keys[i]);
          newKeys[slot] = keys[i];
          newCounts[slot] = counts[i];
        }
      }
      keys = newKeys;
      counts = newCounts;
      used = live;
    }
  }
}
