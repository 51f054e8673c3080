package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the network does to the octets, the framer cuts the same. */
class FramerTest {

  private static final String TALK =
      "EHLO c\r\nbare\nRSET\r\nNOOP\r\nDATA\r\na\r\n..b\r\n.\r\nBDAT 5\r\n\r\n.\r\nRSET\r\nx\0\r\n\r\r\nQUIT\r\n";
  private static final List<String> FRAMES =
      List.of(
          "line EHLO c",
          "bad 500 5.5.2 Bare <LF> refused: lines end in <CRLF>",
          "bad 500 5.5.2 Bare <LF> refused: lines end in <CRLF>",
          "line NOOP",
          "line DATA",
          "data a\r\n.b\r\n",
          "line BDAT 5",
          "chunk \r\n.\r\n",
          "line RSET",
          "bad 500 5.5.2 NUL refused",
          "bad 500 5.5.2 Bare <CR> refused: lines end in <CRLF>",
          "line QUIT");

  @Test
  void talk_splitAtEveryPlace_isCutTheSame() {
    for (int i = 0; i <= TALK.length(); i++) {
      assertThat(cut(TALK.substring(0, i), TALK.substring(i)))
          .as("split at %d", i)
          .isEqualTo(FRAMES);
    }
  }

  @Test
  void talk_octetByOctet_isCutTheSame() {
    assertThat(cut(TALK.split(""))).isEqualTo(FRAMES);
  }

  @Test
  void line_aroundTheLimit_isRefusedAboveItOnly() {
    String longest = "x".repeat(Limits.COMMAND_LINE - 2);
    assertThat(cut(longest + "\r\n")).containsExactly("line " + longest);
    assertThat(cut(longest + "x\r\nNOOP\r\n"))
        .containsExactly("bad 500 5.5.2 Command line too long", "line NOOP");
    assertThat(cut(longest, longest, longest, "\r\nNOOP\r\n"))
        .containsExactly("bad 500 5.5.2 Command line too long", "line NOOP");
  }

  @Test
  void line_withABareLf_isRefusedUpToItsEnd() {
    String refused = "bad 500 5.5.2 Bare <LF> refused: lines end in <CRLF>";
    assertThat(cut("RCPT TO:<a@b>\nRSET\r\nNOOP\r\n"))
        .containsExactly(refused, refused, "line NOOP");
    assertThat(cut("a\nb\nc\nd\r\nNOOP\r\n"))
        .containsExactly(refused, refused, refused, refused, "line NOOP");
    String longer = "x".repeat(Limits.COMMAND_LINE);
    String tooLong = "bad 500 5.5.2 Command line too long";
    assertThat(cut(longer + "\nRSET\r\nNOOP\r\n")).containsExactly(tooLong, refused, "line NOOP");
    assertThat(cut(longer, "\r", "\nNOOP\r\n")).containsExactly(tooLong, "line NOOP");
    assertThat(cut(longer, "\n", "RSET\r\nNOOP\r\n"))
        .containsExactly(tooLong, refused, "line NOOP");
  }

  @Test
  void paused_keepsWhatFollows_untilResumed() {
    Recorder recorder = new Recorder();
    recorder.pauseAfter = "line ONE";
    Framer framer = recorder.framer;
    framer.read(buffer("ONE\r\nTWO\r\n"));
    framer.read(buffer("THREE\r\n"));
    assertThat(recorder.frames).containsExactly("line ONE");
    assertThat(framer.unread()).isEqualTo(12);
    framer.resume();
    assertThat(recorder.frames).containsExactly("line ONE", "line TWO", "line THREE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "half a line", "DATA\r\nhalf a message\r\n."})
  void closed_givesBuffersBack(String octets) {
    Recorder recorder = new Recorder();
    ByteBuf first = buffer(octets);
    ByteBuf second = buffer("more");
    recorder.framer.read(first);
    recorder.framer.close();
    recorder.framer.read(second);
    assertThat(first.refCnt()).isZero();
    assertThat(second.refCnt()).isZero();
  }

  private static List<String> cut(String... pieces) {
    Recorder recorder = new Recorder();
    for (String piece : pieces) {
      recorder.framer.read(buffer(piece));
    }
    assertThat(recorder.framer.unread()).isZero();
    return recorder.frames;
  }

  private static ByteBuf buffer(String octets) {
    return Unpooled.copiedBuffer(octets, StandardCharsets.ISO_8859_1);
  }

  private static final class Recorder implements Framer.Receiver {

    final List<String> frames = new ArrayList<>();
    final Framer framer = new Framer(this);
    private final StringBuilder body = new StringBuilder();
    String pauseAfter = "";

    @Override
    public void line(byte[] line) {
      String text = new String(line, StandardCharsets.ISO_8859_1);
      add("line " + text);
      if (text.equals("DATA")) {
        framer.startData(DataScanner.ofData());
      } else if (text.startsWith("BDAT ")) {
        framer.startChunk(DataScanner.ofChunks(), Long.parseLong(text.substring(5)));
      }
    }

    @Override
    public void badLine(byte[] start, WireReply refusal) {
      add("bad " + refusal.getLines().getFirst());
    }

    @Override
    public void octets(byte[] buffer, int from, int to) {
      body.append(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void endOfData() {
      add("data " + body);
      body.setLength(0);
    }

    @Override
    public void endOfChunk() {
      add("chunk " + body);
      body.setLength(0);
    }

    private void add(String frame) {
      frames.add(frame);
      if (frame.equals(pauseAfter)) {
        framer.pause();
      }
    }
  }
}
