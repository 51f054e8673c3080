package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What goes out to a backend is the message that came in, read by the letter or leniently: every
 * string over CR, LF, dot, NUL and a letter, up to {@code -Dholdfast.smuggling.frames=N} octets,
 * cut at every place.
 */
class OutgoingDotsTest {

  private static final int LENGTH = Integer.getInteger("holdfast.smuggling.frames", 6);
  private static final String ALPHABET = "\r\n.\0a";

  /** Where some server or other might see the end of data. */
  private static final Pattern ANY_END = Pattern.compile("(?:^|\r|\n)\0?\\.\0?(?:\r|\n)");

  /** Where a server that takes LF for a line end sees it. */
  private static final Pattern END_WITH_LF = Pattern.compile("(?:^|\n)\\.\r?\n");

  @Test
  void everyString_cutAtEveryPlace_arrivesAsItIs() {
    for (int length = 0; length <= LENGTH; length++) {
      everyString("", length);
    }
  }

  private static void everyString(String begun, int more) {
    if (more == 0) {
      for (int cut = 0; cut <= begun.length(); cut++) {
        check(begun, sent(begun.substring(0, cut), begun.substring(cut)));
      }
      return;
    }
    for (int i = 0; i < ALPHABET.length(); i++) {
      everyString(begun + ALPHABET.charAt(i), more - 1);
    }
  }

  private static void check(String content, String wire) {
    String stray = content.replace("\r\n", "");
    boolean passesTheDoor =
        stray.indexOf('\r') < 0 && stray.indexOf('\n') < 0 && stray.indexOf('\0') < 0;
    assertEnd(END_WITH_LF, wire);
    if (passesTheDoor) {
      assertEnd(ANY_END, wire);
      String whole = content.isEmpty() || content.endsWith("\r\n") ? content : content + "\r\n";
      if (!unstuffed(wire).equals(whole)) {
        assertThat(unstuffed(wire)).isEqualTo(whole);
      }
    }
  }

  /** The first end that anybody could see is the real one. */
  private static void assertEnd(Pattern end, String wire) {
    Matcher matcher = end.matcher(wire);
    if (!matcher.find() || wire.indexOf('.', matcher.start()) != wire.length() - 3) {
      throw new AssertionError("another end: " + wire.replace("\r", "\\r").replace("\n", "\\n"));
    }
  }

  /** RFC 5321 section 4.5.2, by the letter. */
  private static String unstuffed(String wire) {
    String line = "\r\n" + wire;
    String content = line.substring(0, line.indexOf("\r\n.\r\n") + 2);
    return content.replace("\r\n.", "\r\n").substring(2);
  }

  private static String sent(String... pieces) {
    DotStuffing stuffing = new DotStuffing();
    StringBuilder wire = new StringBuilder();
    for (String piece : pieces) {
      ByteBuf in = Unpooled.copiedBuffer(piece, StandardCharsets.ISO_8859_1);
      ByteBuf out = stuffing.piece(in, UnpooledByteBufAllocator.DEFAULT);
      wire.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return wire.append(stuffing.end()).toString();
  }
}
