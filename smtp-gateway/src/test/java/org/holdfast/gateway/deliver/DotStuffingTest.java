package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DotStuffingTest {

  private static String stuff(String... pieces) {
    DotStuffing stuffing = new DotStuffing();
    StringBuilder out = new StringBuilder();
    for (String piece : pieces) {
      ByteBuf in = Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1);
      ByteBuf stuffed = stuffing.piece(in, UnpooledByteBufAllocator.DEFAULT);
      out.append(stuffed.toString(StandardCharsets.ISO_8859_1));
      assertThat(stuffed.release()).isTrue();
      assertThat(in.refCnt()).isZero();
    }
    return out + stuffing.end();
  }

  @Test
  void dot_atTheStartOfALine_isDoubled() {
    assertThat(stuff(".\r\n.a\r\n..\r\nb.c\r\n")).isEqualTo("..\r\n..a\r\n...\r\nb.c\r\n.\r\n");
  }

  @Test
  void dot_afterABareLf_isDoubledToo() {
    assertThat(stuff("a\n.\r\nMAIL\r\n")).isEqualTo("a\n..\r\nMAIL\r\n.\r\n");
  }

  @Test
  void end_withoutALineEndBefore_getsOne() {
    assertThat(stuff("a")).isEqualTo("a\r\n.\r\n");
    assertThat(stuff("a\r")).isEqualTo("a\r\r\n.\r\n");
    assertThat(stuff("a\n")).isEqualTo("a\n\r\n.\r\n");
    assertThat(stuff("")).isEqualTo(".\r\n");
  }

  @Test
  void pieces_cutAnywhere_giveTheSame() {
    String text = "..\r\n.\r\n\r\n.a.\r\nb\r\n.";
    String whole = stuff(text);
    for (int cut = 0; cut <= text.length(); cut++) {
      assertThat(stuff(text.substring(0, cut), text.substring(cut))).isEqualTo(whole);
    }
    assertThat(stuff(text.split(""))).isEqualTo(whole);
  }

  @Test
  void randomText_unstuffed_isTheSameAgain() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append(new String[] {".", "\r\n", "a"}[random.nextInt(3)]);
      }
      String wire = stuff(text.append("\r\n").toString());
      assertThat(wire).as("seed %d", seed).endsWith("\r\n.\r\n");
      String body = wire.substring(0, wire.length() - 3);
      assertThat(body).as("seed %d", seed).doesNotContain("\r\n.\r\n");
      assertThat(("\r\n" + body).replace("\r\n..", "\r\n.").substring(2))
          .as("seed %d", seed)
          .isEqualTo(text.toString());
    }
  }
}
