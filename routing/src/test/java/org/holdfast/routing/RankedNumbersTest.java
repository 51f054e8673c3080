package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RankedNumbersTest {

  private static final int STEPS = 20_000;

  private final RankedNumbers numbers = new RankedNumbers();

  @Test
  void nothing_hasNoOneBeforeAndNoPage() {
    assertThat(numbers.before(7)).isZero();
    assertThat(numbers.after(0, 10)).isEmpty();
    numbers.remove(7);
    assertThat(numbers.size()).isZero();
  }

  @Test
  void number_addedTwice_countsOnce() {
    numbers.add(5);
    numbers.add(3);
    numbers.add(5);
    numbers.add(3);
    assertThat(numbers.size()).isEqualTo(2);
    assertThat(numbers.after(0, 10)).containsExactly(3, 5);
    assertThat(numbers.before(6)).isEqualTo(2);
  }

  @Test
  void number_goneAndBack_hasItsPlace() {
    for (long number = 1; number <= 3; number++) {
      numbers.add(number);
    }
    numbers.remove(2);
    assertThat(numbers.before(3)).isEqualTo(1);
    numbers.add(2);
    assertThat(numbers.before(3)).isEqualTo(2);
  }

  @Test
  void manyThatComeLate_areMergedIn() {
    long each = RankedNumbers.MOST_LATE + 1L;
    for (long number = 1; number <= each; number++) {
      numbers.add(2 * each + number);
    }
    for (long number = each; number >= 1; number--) {
      numbers.add(number);
      assertThat(numbers.before(2 * each)).isEqualTo((int) (each - number + 1));
    }
    assertThat(numbers.size()).isEqualTo((int) (2 * each));
    assertThat(numbers.after(each - 1, 2)).containsExactly(each, 2 * each + 1);
    assertThat(numbers.before(3 * each)).isEqualTo((int) (2 * each - 1));
  }

  /** Against a sorted set; the seed is in the message. */
  @Test
  void anything_addedAndRemoved_isRankedAsInASortedSet() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    TreeSet<Long> model = new TreeSet<>();
    long next = 1;
    for (int step = 0; step < STEPS; step++) {
      int what = random.nextInt(100);
      long any = 1 + random.nextLong(next);
      if (what < 45) {
        next += 1 + random.nextInt(5);
        numbers.add(next);
        model.add(next);
      } else if (what < 55) {
        numbers.add(any);
        model.add(any);
      } else if (what < 95) {
        Long found = model.ceiling(any);
        numbers.remove(found == null ? any : found);
        model.remove(found == null ? any : found);
      } else {
        int limit = 1 + random.nextInt(20);
        assertThat(numbers.before(any)).as("seed %d", seed).isEqualTo(model.headSet(any).size());
        assertThat(numbers.size()).as("seed %d", seed).isEqualTo(model.size());
        assertThat(numbers.after(any, limit))
            .as("seed %d", seed)
            .containsExactly(
                model.tailSet(any, false).stream().limit(limit).mapToLong(n -> n).toArray());
      }
    }
  }
}
