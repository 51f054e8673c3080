package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * As {@link SmugglingTest}, but of the framer alone, so for longer strings: {@code
 * -Dholdfast.smuggling.frames=N} octets.
 */
class EndOfDataTest {

  private static final int LENGTH = Integer.getInteger("holdfast.smuggling.frames", 6);
  private static final byte[] ALPHABET = {'\r', '\n', '.', 0, 'a'};
  private static final byte[] END = "\r\n.\r\nNOOP\r\n".getBytes(StandardCharsets.US_ASCII);

  @Test
  void everyString_cutAtEveryPlace_endsWhereItMust() {
    long runs = 0;
    for (int length = 0; length <= LENGTH; length++) {
      long strings = Math.round(Math.pow(ALPHABET.length, length));
      for (long number = 0; number < strings; number++) {
        runs += check(octets(number, length));
      }
    }
    assertThat(runs).isGreaterThan(LENGTH);
  }

  private static byte[] octets(long number, int length) {
    byte[] octets = new byte[length + END.length];
    long left = number;
    for (int i = 0; i < length; i++) {
      octets[i] = ALPHABET[(int) (left % ALPHABET.length)];
      left /= ALPHABET.length;
    }
    System.arraycopy(END, 0, octets, length, END.length);
    return octets;
  }

  private static int check(byte[] octets) {
    List<String> expected = expected(new String(octets, StandardCharsets.ISO_8859_1));
    int cuts = octets.length - 6;
    for (int cut = 0; cut < cuts; cut++) {
      List<String> found = new Recorder().read(octets, cut);
      if (!found.equals(expected)) {
        assertThat(found).as("cut at %d", cut).isEqualTo(expected);
      }
    }
    return cuts;
  }

  /** The first CRLF "." CRLF ends the message; the next lines end at LF. */
  private static List<String> expected(String octets) {
    String wire = "\r\n" + octets;
    int end = wire.indexOf("\r\n.\r\n");
    String before = wire.substring(2, Math.max(2, end + 2));
    List<String> frames = new ArrayList<>();
    String stray = before.replace("\r\n", "");
    frames.add(
        stray.indexOf('\r') >= 0 || stray.indexOf('\n') >= 0 || stray.indexOf('\0') >= 0
            ? "refused"
            : "message " + ("\r\n" + before).replace("\r\n.", "\r\n").substring(2));
    boolean bareLf = false;
    for (String line : wire.substring(end + 5).split("(?<=\n)", -1)) {
      if (!line.isEmpty()) {
        boolean crlf = line.endsWith("\r\n");
        String command = crlf ? line.substring(0, line.length() - 2) : "\n";
        boolean good = crlf && !bareLf && command.indexOf('\r') < 0 && command.indexOf('\0') < 0;
        frames.add(good ? "line " + command : "bad");
        bareLf = !crlf;
      }
    }
    return frames;
  }

  private static final class Recorder implements Framer.Receiver {

    private final List<String> frames = new ArrayList<>();
    private final Framer framer = new Framer(this);
    private final DataScanner scanner = DataScanner.ofData();
    private final StringBuilder content = new StringBuilder();

    List<String> read(byte[] octets, int cut) {
      framer.startData(scanner);
      framer.read(Unpooled.wrappedBuffer(octets, 0, cut));
      framer.read(Unpooled.wrappedBuffer(octets, cut, octets.length - cut));
      return frames;
    }

    @Override
    public void line(byte[] line) {
      frames.add("line " + new String(line, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void badLine(byte[] start, WireReply refusal) {
      frames.add("bad");
    }

    @Override
    public void octets(byte[] buffer, int from, int to) {
      content.append(new String(buffer, from, to - from, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void endOfData() {
      frames.add(scanner.defect() == null ? "message " + content : "refused");
    }

    @Override
    public void endOfChunk() {
      throw new AssertionError("no chunk was begun");
    }
  }
}
