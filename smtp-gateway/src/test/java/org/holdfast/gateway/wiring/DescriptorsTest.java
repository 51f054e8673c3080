package org.holdfast.gateway.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorsTest {

  @ParameterizedTest
  @ValueSource(longs = {64, 256, 1024, 4096, 20_000, 1_048_576, Long.MAX_VALUE})
  void shares_neverExceedWhatThereIs(long most) {
    for (int wanted : new int[] {2, 400, 4000, 100_000, 2_000_000}) {
      Descriptors shared = Descriptors.of(most, wanted);
      assertThat(shared.connections()).isBetween(1, wanted);
      assertThat(shared.files()).isBetween(1, Descriptors.MOST_FILES);
      if (most > 2 * Descriptors.KEPT) {
        assertThat(shared.connections() + 2L * shared.files() + Descriptors.KEPT)
            .isLessThanOrEqualTo(most);
      }
    }
  }

  @Test
  void plenty_changesNothing_andWarnsOfNothing() {
    Descriptors shared = Descriptors.of(20_000, 4000);
    assertThat(shared.connections()).isEqualTo(4000);
    assertThat(shared.files()).isEqualTo(Descriptors.MOST_FILES);
    assertThat(shared.part(2000, 4000)).isEqualTo(2000);
    assertThat(shared.warning(4000)).isEmpty();
  }

  @Test
  void tooFew_areSharedOut_andSaid() {
    Descriptors shared = Descriptors.of(1024, 4000);
    assertThat(shared.connections()).isEqualTo(468);
    assertThat(shared.files()).isEqualTo(78);
    assertThat(shared.part(2000, 4000)).isEqualTo(234);
    assertThat(shared.warning(4000).orElseThrow())
        .contains("468 of the 4000", "ulimit -n is 1024", "5734 are needed");
    assertThat(Descriptors.of(5734, 4000).warning(4000)).isEmpty();
    assertThat(Descriptors.of(5730, 4000).warning(4000)).isPresent();
  }
}
