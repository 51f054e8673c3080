package org.holdfast.holdqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Says what a map says. */
class KeyTableTest {

  private static final int STEPS = 200_000;

  @Test
  void table_afterAnyPutsAndRemovals_isTheSameAsAMap() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    KeyTable table = new KeyTable();
    Map<Long, Long> map = new TreeMap<>();
    for (int i = 0; i < STEPS; i++) {
      long key = 1 + (long) random.nextInt(5_000) * (random.nextBoolean() ? 1 : 4096);
      if (random.nextInt(5) < 3) {
        table.put(key, i + 1);
        map.put(key, (long) i + 1);
      } else {
        table.remove(key);
        map.remove(key);
      }
      assertThat(table.get(key)).as("seed %d", seed).isEqualTo(map.getOrDefault(key, 0L));
    }
    assertThat(table.size()).isEqualTo(map.size());
    assertThat(table.sorted()).as("seed %d", seed).containsExactly(keys(map));
    map.forEach((key, value) -> assertThat(table.get(key)).isEqualTo(value));
  }

  private static long[] keys(Map<Long, Long> map) {
    return map.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void key_notPositive_isRefused() {
    assertThatThrownBy(() -> new KeyTable().put(0, 1)).hasMessage("a key is positive: 0");
  }
}
