package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every octet of a body, in the order in which it came, whatever pieces it came in. */
class BodyBuilderTest {

  private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.1");
  private static final int BODIES = 60;

  @TempDir Path folder;

  /** A small piece, then one that is written past the buffer though both would fit in it. */
  @ParameterizedTest
  @ValueSource(ints = {8192, 8193, 10_000, 16_284, 16_285, 16_384, 16_385})
  void pieces_ofAnySizeBehindASmallOne_keepTheirOrder(int second) throws Exception {
    compare(1 << 20, 100, second, 100, second, 5000, second);
  }

  @Test
  void pieces_ofRandomSizes_keepTheirOrder() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int body = 0; body < BODIES; body++) {
      int[] pieces = random.ints(60, 1, random.nextBoolean() ? 20_000 : 2_000).toArray();
      try {
        compare(random.nextBoolean() ? 0 : 1 << 21, pieces);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed + " body " + body, e);
      }
    }
  }

  private void compare(long declared, int... pieces) throws Exception {
    ListenerSettings settings = RunningServer.settings(Dialect.SMTP, folder);
    BodySpool spool =
        new BodySpool(settings, SpoolRoom.in(folder, StandingConversation.PLENTY), Runnable::run);
    BodyBuilder body = new BodyBuilder(spool, CLIENT, _ -> {});
    assertThat(body.reserve(declared)).isTrue();
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    byte octet = 0;
    for (int length : pieces) {
      byte[] piece = new byte[length];
      for (int i = 0; i < length; i++) {
        piece[i] = (byte) (octet++ ^ length);
      }
      sent.writeBytes(piece);
      assertThat(body.append(piece, 0, length)).isNull();
    }
    CountedBody whole = body.finish().toCompletableFuture().join();
    try (InputStream in = whole.open()) {
      assertThat(in.readAllBytes()).isEqualTo(sent.toByteArray());
    } finally {
      whole.release();
    }
  }
}
