package org.holdfast.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DotStuffingTest {

  @Test
  void message_stuffedDots_areTakenOff() {
    assertThat(read("..a\r\n.b\r\n...\r\n.\r\n", 100)).isEqualTo(".a\r\nb\r\n..\r\n");
  }

  @Test
  void message_empty_endsAtOnce() {
    assertThat(read(".\r\n", 100)).isEmpty();
  }

  @Test
  void message_dotAfterBareLineFeed_goesOn() {
    assertThat(read("a\n.\r\nb\r\n.\r\n", 100)).isEqualTo("a\n.\r\nb\r\n");
  }

  @Test
  void message_dotWithBareLineEnds_goesOn() {
    assertThat(read("a\r\n.\n\r\n.\r\n", 100)).isEqualTo("a\r\n\n\r\n");
  }

  @Test
  void message_atAndAboveTheLimit_isKeptToTheLimit() {
    assertThat(read("abc\r\n.\r\n", 5)).isEqualTo("abc\r\n");
    assertThat(read("abcd\r\n.\r\n", 5)).isEqualTo("abcd\r");
  }

  private static String read(String stream, int limit) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DotStuffing stuffing = new DotStuffing(message, limit);
    for (byte octet : stream.getBytes(StandardCharsets.US_ASCII)) {
      assertThat(stuffing.ended()).isFalse();
      stuffing.accept(octet);
    }
    assertThat(stuffing.ended()).isTrue();
    return message.toString(StandardCharsets.US_ASCII);
  }
}
