package org.holdfast.gateway.conf;

import java.util.Arrays;

/**
 * Remembers a bounded number of addresses by a 64-bit hash each: 16 bytes apiece at most. Two
 * different addresses are mistaken for one about once in 30 million files of a million lines.
 */
final class SeenAddresses {

  private static final int SMALLEST = 1024;

  private final int limit;
  private long[] table = new long[SMALLEST];
  private int size;

  SeenAddresses(int limit) {
    this.limit = limit;
  }

  /** False when it is certain to have been here; true for a new one, or when the memory is full. */
  boolean add(String address) {
    long hash = hash(address);
    int slot = slot(table, hash);
    if (table[slot] == hash) {
      return false;
    }
    if (size < limit) {
      table[slot] = hash;
      size++;
      growWhenHalfFull();
    }
    return true;
  }

  private void growWhenHalfFull() {
    if (size * 2 < table.length) {
      return;
    }
    long[] larger = new long[table.length * 2];
    Arrays.stream(table)
        .filter(hash -> hash != 0)
        .forEach(hash -> larger[slot(larger, hash)] = hash);
    table = larger;
  }

  private static int slot(long[] table, long hash) {
    int slot = (int) (hash >>> 32) & (table.length - 1);
    while (table[slot] != 0 && table[slot] != hash) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  /** FNV-1a over the characters, then mixed (the finisher of SplitMix64); never 0. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return (hash ^ (hash >>> 31)) | 1;
  }
}
