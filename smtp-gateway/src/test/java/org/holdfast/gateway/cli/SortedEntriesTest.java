package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.holdfast.gateway.conf.MapEntry;
import org.holdfast.gateway.conf.MapEntry.Kind;
import org.junit.jupiter.api.Test;

class SortedEntriesTest {

  /** As the database sorts: by the octets of UTF-8. */
  private static final Comparator<MapEntry> OCTETS =
      Comparator.comparing(MapEntry::kind)
          .thenComparing(
              entry -> entry.key().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  @Test
  void entries_inMemoryAndInFiles_comeSortedAsTheDatabaseSorts() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<MapEntry> all = new ArrayList<>();
    try (SortedEntries sorted = new SortedEntries(97)) {
      for (int i = 0; i < 2000; i++) {
        MapEntry entry = random(random, i);
        all.add(entry);
        sorted.add(entry);
      }
      all.sort(OCTETS);
      for (MapEntry entry : all) {
        assertThat(sorted.next()).as("seed " + seed).isEqualTo(entry);
      }
      assertThat(sorted.next()).isNull();
    }
  }

  private static MapEntry random(Random random, int i) {
    StringBuilder key = new StringBuilder("d").append(random.nextInt(5)).append('@');
    for (int length = random.nextInt(5); length >= 0; length--) {
      int[] letters = {'a', 'z', '+', 0xE9, 0xFF5E, 0x1F600, 0xD7A3};
      key.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    boolean user = random.nextInt(3) > 0;
    return user
        ? new MapEntry(
            Kind.USER, key.toString() + i, List.of("p", "", random.nextBoolean() ? "q" : ""))
        : new MapEntry(Kind.DOMAIN, key.toString() + i, List.of());
  }

  @Test
  void nothing_isNothing() throws IOException {
    try (SortedEntries sorted = new SortedEntries(10)) {
      assertThat(sorted.next()).isNull();
    }
  }
}
