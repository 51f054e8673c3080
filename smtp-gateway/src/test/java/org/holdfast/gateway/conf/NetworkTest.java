package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {

  @ParameterizedTest
  @ValueSource(strings = {"10.3.0.0/16", "0.0.0.0/0", "10.3.0.1", "10.3.0.1/32", "2001:db8::/32"})
  void network_whole_isRead(String text) {
    assertThat(Network.parse(text)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"10.3.0.1/16, 10.3.0.0/16", "10.3.0.1/31, 10.3.0.0/31", "::1/64, 0:0:0:0:0:0:0:0/64"})
  void network_withAnAddressInside_saysWhichWasMeant(String text, String meant) {
    assertThatThrownBy(() -> Network.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(text + " is inside of a network: write " + meant + ", or the address alone");
  }

  @Test
  void network_nonsense_isNamed() {
    assertThatThrownBy(() -> Network.parse("10.0.0.0/33"))
        .hasMessageContaining("not an address or network");
  }
}
