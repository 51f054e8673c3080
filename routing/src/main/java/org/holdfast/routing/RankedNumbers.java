package org.holdfast.routing;

import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * Numbers in ascending order that know how many are before one of them, in logarithmic time. 12
 * octets a number, at most three times that while many have just gone. Thread-safe: the monitor
 * protects all of it, and is held for microseconds.
 *
 * <p>Nearly every number is higher than all before, so it takes the next slot of a sorted array; a
 * Fenwick tree over the slots counts those that are still in. The few that come late (a mailbox
 * changed its pair while it waited) stand aside, and are merged in when there are many.
 */
final class RankedNumbers {

  private static final int SMALLEST = 16;

  /** Numbers that stand aside; they are counted one by one. */
  static final int MOST_LATE = 512;

  private long[] numbers = new long[SMALLEST];

  /** Which slots are in. */
  private BitSet in = new BitSet();

  /** Fenwick (1994): {@code tree[i]} counts the slots of the last {@code i & -i} up to i - 1. */
  private int[] tree = new int[SMALLEST + 1];

  private int slots;
  private int live;
  private final TreeSet<Long> late = new TreeSet<>();

  synchronized void add(long number) {
    if (slots == 0 || number > numbers[slots - 1]) {
      append(number);
      return;
    }
    int slot = Arrays.binarySearch(numbers, 0, slots, number);
    if (slot < 0) {
      late.add(number);
      settle();
    } else if (!in.get(slot)) {
      in.set(slot);
      count(slot, 1);
      live++;
    }
  }

  private void append(long number) {
    if (slots == numbers.length) {
      rebuild();
    }
    numbers[slots] = number;
    in.set(slots);
    count(slots, 1);
    slots++;
    live++;
  }

  synchronized void remove(long number) {
    if (late.remove(number)) {
      return;
    }
    int slot = Arrays.binarySearch(numbers, 0, slots, number);
    if (slot < 0 || !in.get(slot)) {
      return;
    }
    in.clear(slot);
    count(slot, -1);
    live--;
    if (slots > SMALLEST && live < slots / 2) {
      rebuild();
    }
  }

  synchronized int size() {
    return live + late.size();
  }

  /** How many are lower than this one, which need not be in. */
  synchronized int before(long number) {
    int slot = Arrays.binarySearch(numbers, 0, slots, number);
    int before = late.headSet(number).size();
    for (int i = slot < 0 ? -slot - 1 : slot; i > 0; i -= i & -i) {
      before += tree[i];
    }
    return before;
  }

  /** The next ones that are higher than this, at most so many. */
  synchronized long[] after(long number, int limit) {
    long[] page = inSlots(number, limit);
    return late.isEmpty()
        ? page
        : LongStream.concat(
                Arrays.stream(page),
                late.tailSet(number, false).stream().limit(limit).mapToLong(Long::longValue))
            .sorted()
            .limit(limit)
            .toArray();
  }

  private long[] inSlots(long number, int limit) {
    int slot = Arrays.binarySearch(numbers, 0, slots, number);
    long[] page = new long[Math.min(limit, live)];
    int found = 0;
    int at = in.nextSetBit(slot < 0 ? -slot - 1 : slot + 1);
    while (at >= 0 && found < page.length) {
      page[found++] = numbers[at];
      at = in.nextSetBit(at + 1);
    }
    return found == page.length ? page : Arrays.copyOf(page, found);
  }

  private void count(int slot, int change) {
    for (int i = slot + 1; i < tree.length; i += i & -i) {
      tree[i] += change;
    }
  }

  private void settle() {
    if (late.size() > MOST_LATE) {
      rebuild();
    }
  }

  /** Only those that are in, with room for half as many more. */
  private void rebuild() {
    long[] all = merged();
    live = all.length;
    slots = live;
    numbers = Arrays.copyOf(all, Math.max(SMALLEST, live + live / 2));
    in = new BitSet(numbers.length);
    in.set(0, slots);
    tree = new int[numbers.length + 1];
    for (int i = 1; i < tree.length; i++) {
      tree[i] += i <= slots ? 1 : 0;
      int parent = i + (i & -i);
      if (parent < tree.length) {
        tree[parent] += tree[i];
      }
    }
  }

  private long[] merged() {
    long[] all = new long[live + late.size()];
    int found = 0;
    for (int at = in.nextSetBit(0); at >= 0; at = in.nextSetBit(at + 1)) {
      all[found++] = numbers[at];
    }
    for (Long number : late) {
      all[found++] = number;
    }
    late.clear();
    Arrays.sort(all);
    return all;
  }
}
