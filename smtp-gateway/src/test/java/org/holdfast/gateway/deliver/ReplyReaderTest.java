package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.gateway.reply.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {

  private static List<Reply> read(String... pieces) throws GarbageException {
    ReplyReader reader = new ReplyReader();
    List<Reply> replies = new ArrayList<>();
    for (String piece : pieces) {
      ByteBuf in = Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1);
      for (BackendReply r = reader.next(in); r != null; r = reader.next(in)) {
        replies.add(r.toReply());
      }
    }
    return replies;
  }

  @Test
  void replies_cutAtEveryPlace_readTheSame() throws Exception {
    String wire = "250-2.1.5 one\r\n250-2.1.5 two\r\n250 2.1.5 three\r\n354\r\n550 no\r\n";
    List<Reply> expected =
        List.of(
            new Reply(250, "2.1.5", "one two three"),
            new Reply(354, "", ""),
            new Reply(550, "", "no"));
    for (int cut = 0; cut <= wire.length(); cut++) {
      assertThat(read(wire.substring(0, cut), wire.substring(cut))).isEqualTo(expected);
    }
    assertThat(read(wire.split(""))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello\r\n",
        "25\r\n",
        "\r\n",
        "\n",
        "250 bare LF\n",
        "199 low\r\n",
        "600 high\r\n",
        "2x0 no\r\n",
        "250x no\r\n",
        "250-a\r\n251 b\r\n",
        "HTTP/1.1 400 Bad Request\r\n",
        "\u0000\u0001\u0002\r\n"
      })
  void garbage_isToldFromReplies(String wire) {
    assertThatThrownBy(() -> read(wire)).isInstanceOf(GarbageException.class);
  }

  @Test
  void line_atTheLimit_isReadAndOneMoreIsNot() throws Exception {
    String longest = "250 " + "x".repeat(ReplyReader.MAX_LINE - 6);
    assertThat(read(longest + "\r\n")).hasSize(1);
    assertThatThrownBy(() -> read(longest + "x\r\n")).isInstanceOf(GarbageException.class);
    assertThatThrownBy(() -> read("250 " + "x".repeat(100_000)))
        .isInstanceOf(GarbageException.class);
  }

  @Test
  void lines_atTheLimit_areReadAndOneMoreIsNot() throws Exception {
    String most = "250-x\r\n".repeat(ReplyReader.MAX_LINES - 1);
    assertThat(read(most + "250 x\r\n")).hasSize(1);
    assertThatThrownBy(() -> read(most + "250-x\r\n250 x\r\n"))
        .isInstanceOf(GarbageException.class);
  }

  @Test
  void text_controlsAndEightBit_becomeQuestionMarks() throws Exception {
    assertThat(read("550 5.7.1 a\tb\u00e9\rc\r\n").getFirst())
        .isEqualTo(new Reply(550, "5.7.1", "a?b??c"));
  }

  @Test
  void enhanced_onlyOnTheLastLine_isFound() throws Exception {
    assertThat(read("550-You may not post here.\r\n550 5.7.1 Permission denied\r\n").getFirst())
        .isEqualTo(new Reply(550, "5.7.1", "You may not post here. Permission denied"));
    assertThat(read("550-5.7.1 no\r\n550 5.1.1 x\r\n").getFirst())
        .isEqualTo(new Reply(550, "5.7.1", "no 5.1.1 x"));
  }

  @Test
  void enhanced_ofAnotherClassOrMisshapen_isJustText() throws Exception {
    assertThat(read("550 4.2.2 x\r\n").getFirst()).isEqualTo(new Reply(550, "", "4.2.2 x"));
    assertThat(read("550 5.2 x\r\n").getFirst()).isEqualTo(new Reply(550, "", "5.2 x"));
    assertThat(read("550 5.2.2000 x\r\n").getFirst()).isEqualTo(new Reply(550, "", "5.2.2000 x"));
    assertThat(read("550 5.7.26\r\n").getFirst()).isEqualTo(new Reply(550, "5.7.26", ""));
  }
}
