package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeenAddressesTest {

  @Test
  void address_seenBefore_isKnownAtOnce() throws IOException {
    try (SeenAddresses seen = new SeenAddresses(5000)) {
      for (int i = 0; i < 5000; i++) {
        assertThat(seen.add("user" + i + "@example.com", i)).isTrue();
      }
      for (int i = 0; i < 5000; i++) {
        assertThat(seen.add("user" + i + "@example.com", i)).isFalse();
      }
      assertThat(seen.repeated()).isEmpty();
    }
  }

  /** Of 50 000, of which 1000 are remembered, one stands in two places. */
  @ParameterizedTest
  @CsvSource({"1000, 1001", "1000, 49999", "20000, 40000", "49998, 49999"})
  void address_twiceBeyondMemory_isFoundAtTheEnd(int first, int second) throws IOException {
    try (SeenAddresses seen = new SeenAddresses(1000)) {
      for (int i = 0; i < 50_000; i++) {
        int who = i == second ? first : i;
        assertThat(seen.add("user" + who + "@example.com", i)).isTrue();
      }
      assertThat(seen.repeated()).contains(new SeenAddresses.Repeated(first, second));
    }
  }

  @Test
  void address_rememberedAndAgainBeyondMemory_isKnownAtOnce() throws IOException {
    try (SeenAddresses seen = new SeenAddresses(10)) {
      for (int i = 0; i < 1000; i++) {
        assertThat(seen.add("user" + i + "@example.com", i)).isTrue();
      }
      assertThat(seen.add("user3@example.com", 1000)).isFalse();
      assertThat(seen.repeated()).isEmpty();
    }
  }
}
