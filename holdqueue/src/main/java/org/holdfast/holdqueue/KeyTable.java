package org.holdfast.holdqueue;

import java.util.Arrays;

/**
 * A number for each of many keys, in 24 to 48 octets each: open addressing with linear probing and
 * removal by shifting back, so that what was removed costs nothing. Keys are positive. One thread.
 */
final class KeyTable {

  /** No key is this; what {@link #get} says of a key that is not there. */
  static final long NONE = 0;

  private static final int LEAST = 1 << 10;

  private long[] keys = new long[LEAST];
  private long[] values = new long[LEAST];
  private int size;

  int size() {
    return size;
  }

  boolean contains(long key) {
    return keys[slot(key)] == key;
  }

  /** The key's number, {@link #NONE} when it is not there. */
  long get(long key) {
    int slot = slot(key);
    return keys[slot] == key ? values[slot] : NONE;
  }

  void put(long key, long value) {
    if (key <= NONE) {
      throw new IllegalArgumentException("a key is positive: " + key);
    }
    int slot = slot(key);
    if (keys[slot] != key) {
      grow();
      slot = slot(key);
      keys[slot] = key;
      size++;
    }
    values[slot] = value;
  }

  /** Does nothing when it is not there. */
  void remove(long key) {
    int gap = slot(key);
    if (keys[gap] != key) {
      return;
    }
    size--;
    int mask = keys.length - 1;
    for (int next = gap + 1 & mask; keys[next] != NONE; next = next + 1 & mask) {
      // may fill the gap unless its own place lies behind the gap
      if ((next - home(keys[next]) & mask) >= (next - gap & mask)) {
        keys[gap] = keys[next];
        values[gap] = values[next];
        gap = next;
      }
    }
    keys[gap] = NONE;
  }

  /** All keys in their order. */
  long[] sorted() {
    long[] all = Arrays.stream(keys).filter(key -> key != NONE).toArray();
    Arrays.sort(all);
    return all;
  }

  /** Where the key is, or the free place where it would be. */
  private int slot(long key) {
    int slot = home(key);
    while (keys[slot] != key && keys[slot] != NONE) {
      slot = slot + 1 & keys.length - 1;
    }
    return slot;
  }

  private int home(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & keys.length - 1;
  }

  /** At most two thirds are taken. */
  private void grow() {
    if (size + 1L <= keys.length * 2L / 3) {
      return;
    }
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new long[oldValues.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != NONE) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
