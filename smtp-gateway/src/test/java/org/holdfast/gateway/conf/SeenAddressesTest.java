package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenAddressesTest {

  @Test
  void address_secondTime_isKnown() {
    SeenAddresses seen = new SeenAddresses(100_000);
    for (int i = 0; i < 100_000; i++) {
      assertThat(seen.add("user" + i + "@example.com")).isTrue();
    }
    for (int i = 0; i < 100_000; i++) {
      assertThat(seen.add("user" + i + "@example.com")).isFalse();
    }
  }

  @Test
  void limit_reached_laterOnesAreForgotten_earlierOnesNot() {
    SeenAddresses seen = new SeenAddresses(2);

    assertThat(seen.add("a")).isTrue();
    assertThat(seen.add("b")).isTrue();
    assertThat(seen.add("c")).isTrue();
    assertThat(seen.add("c")).isTrue();
    assertThat(seen.add("a")).isFalse();
    assertThat(seen.add("b")).isFalse();
  }
}
