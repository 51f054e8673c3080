package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.holdfast.gateway.accept.FakeInbound.Taken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One message stays one, octet for octet, whatever stands around the end of data and wherever the
 * network cuts it: every string over CR, LF, dot, NUL and a letter, up to {@code
 * -Dholdfast.smuggling.length=N} octets, through the whole conversation. What is expected comes
 * from the slowest reading of RFC 5321 section 4.1.1.4.
 */
class SmugglingTest {

  private static final int LENGTH = Integer.getInteger("holdfast.smuggling.length", 4);

  /** Strings up to this length are cut at every pair of places. */
  private static final int LENGTH_OF_PAIRS = LENGTH - 1;

  private static final String ALPHABET = "\r\n.\0a";
  private static final String BEGIN = "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\n";
  private static final String EVIL =
      "MAIL FROM:<evil@b>\r\nRCPT TO:<victim@x>\r\nDATA\r\nsmuggled\r\n.\r\nNOOP\r\n";

  private final FakeInbound inbound = new FakeInbound();
  private final Listener listener = Talk.listener(Dialect.SMTP, inbound);

  /** SEC Consult 2023, CVE-2023-51764, -51765, -51766, and what followed in 2024. */
  private static Stream<String> published() {
    return Stream.of(
        "\n.\n",
        "\n.\r\n",
        "\r.\r\n",
        "\r.\r",
        "\r.\n",
        "\r\n.\n",
        "\r\n.\r",
        "\n.\r",
        "\r\n\0.\r\n",
        "\r\n.\0\r\n",
        "\0\r\n.\0\r\n",
        "\r\n\0\r\n.\n",
        "\n\0.\r\n",
        "\n.\0\n",
        "\r\0\n.\r\0\n",
        "\r\r\n.\r\r\n",
        "\r\n.\r\r\n",
        "\r\r\n.\n",
        "\n\n.\n\n",
        "\n\n.\r\n",
        "\r\n\n.\r\n",
        "\r\n\r.\r\n",
        "\r\n\n.\n",
        "\n\r.\n\r",
        "\n\r\n.\n",
        "\r\n..\n",
        "\n..\r\n",
        "\n..\n",
        "\r\n. \r\n",
        "\r\n.\t\r\n",
        "\r\n .\r\n",
        "\r\n.\u0085",
        "\u0085.\r\n",
        "\u0085.\u0085",
        "\u000b.\u000b",
        "\u000c.\r\n",
        "\u00e2\u0080\u00a8.\u00e2\u0080\u00a8",
        "\u008d\u008a.\u008d\u008a",
        "\u00c0\u008d\u00c0\u008a.\u00c0\u008d\u00c0\u008a");
  }

  @ParameterizedTest
  @MethodSource("published")
  void published_everyVector_staysOneMessage(String vector) {
    checkData("Subject: x\r\n\r\ntext" + vector, 2);
    checkData("Subject: x\r\n\r\ntext\r\n" + vector, 1);
    checkData("Subject: x\r\n\r\ntext" + vector + vector, 1);
    checkChunks("x" + vector + EVIL, 0);
  }

  @Test
  void data_everyStringBeforeTheEnd_splitAnywhere_isTheSameMessage() {
    everyString(string -> {
      int cuts = string.length() <= LENGTH_OF_PAIRS ? 2 : 1;
      checkData("x" + string, cuts);
      checkData("x\r\n" + string, cuts);
    });
  }

  @Test
  void chunks_everyStringInThem_splitAnywhere_areTheSameMessage() {
    everyString(string -> checkChunks(string, string.length() < LENGTH_OF_PAIRS ? 1 : 0));
  }

  private static void everyString(Consumer<String> check) {
    for (int length = 0; length <= LENGTH; length++) {
      everyString("", length, check);
    }
  }

  private static void everyString(String begun, int more, Consumer<String> check) {
    if (more == 0) {
      check.accept(begun);
      return;
    }
    for (int i = 0; i < ALPHABET.length(); i++) {
      everyString(begun + ALPHABET.charAt(i), more - 1, check);
    }
  }

  // ---- DATA

  private void checkData(String content, int cuts) {
    String wire = content + EVIL + "\r\n.\r\nQUIT\r\n";
    String told = expected(wire);
    int from = BEGIN.length() + "DATA\r\n".length();
    String octets = BEGIN + "DATA\r\n" + wire;
    int to = Math.min(octets.length(), from + content.length() + 3);
    int first = Math.max(from, to - 12);
    assertThat(outcome(octets)).as("%s", shown(content)).isEqualTo(told);
    for (int i = first; cuts > 0 && i < to; i++) {
      assertThat(outcome(octets.substring(0, i), octets.substring(i)))
          .as("%s cut at %d", shown(content), i)
          .isEqualTo(told);
      for (int j = i + 1; cuts > 1 && j < to; j++) {
        assertThat(outcome(octets.substring(0, i), octets.substring(i, j), octets.substring(j)))
            .as("%s cut at %d and %d", shown(content), i, j)
            .isEqualTo(told);
      }
    }
  }

  /**
   * By the letter: lines end in CRLF, the line of a dot ends the message, the rest is commands; but
   * after a message with other line ends or a NUL nothing is.
   */
  private String expected(String wire) {
    String line = "\r\n" + wire;
    int end = line.indexOf("\r\n.\r\n");
    String before = line.substring(2, end + 2 <= 2 ? 2 : end + 2);
    StringBuilder content = new StringBuilder();
    for (String each : before.split("(?<=\r\n)", -1)) {
      content.append(each.startsWith(".") ? each.substring(1) : each);
    }
    boolean good = !before.replace("\r\n", "").matches("(?s).*[\r\n\0].*");
    if (!good) {
      return "554 closed";
    }
    String rest = line.substring(end + 5);
    String after = rest.equals("QUIT\r\n") ? "221 closed" : outcomeAfterHello(rest);
    return "250 [" + content + "] " + after;
  }

  /** What was content for somebody else is a session of its own here: it must not differ. */
  private String outcomeAfterHello(String rest) {
    inbound.taken.clear();
    try (Talk talk = new Talk(listener)) {
      return said(talk.send("EHLO c\r\n" + rest).replies(), 1);
    }
  }

  private String outcome(String... packets) {
    inbound.taken.clear();
    List<String> replies = new ArrayList<>();
    try (Talk talk = new Talk(listener)) {
      for (String packet : packets) {
        if (!talk.closed()) {
          replies.addAll(talk.send(packet).replies());
        }
      }
    }
    return said(replies, 4);
  }

  /** The codes, and the content where a message was taken. */
  private String said(List<String> replies, int from) {
    StringBuilder said = new StringBuilder();
    int taken = 0;
    for (String reply : replies.subList(from, replies.size())) {
      said.append(said.isEmpty() ? "" : " ").append(reply, 0, reply.equals("closed") ? 6 : 3);
      if (reply.startsWith("250 2.0.0 OK id=")) {
        said.append(" [").append(inbound.taken.get(taken++).sent()).append(']');
      }
    }
    assertThat(inbound.taken).hasSize(taken);
    return said.toString();
  }

  // ---- BDAT

  /** In one chunk and cut into two at every place; each of these in one packet and in two. */
  private void checkChunks(String content, int cuts) {
    boolean good = !content.replace("\r\n", "").matches("(?s).*[\r\n\0].*");
    String whole = content.endsWith("\r\n") || content.isEmpty() ? content : content + "\r\n";
    for (int cut = -1; cut < Math.min(content.length(), 12); cut++) {
      String chunks =
          cut < 0
              ? chunk(content, " LAST")
              : chunk(content.substring(0, cut), "") + chunk(content.substring(cut), " LAST");
      String octets = BEGIN + chunks + "NOOP\r\n";
      checkChunk(content, cut < 0 ? 1 : 2, good ? whole : null, octets);
      for (int i = BEGIN.length(); cuts > 0 && i < octets.length(); i++) {
        checkChunk(
            content,
            cut < 0 ? 1 : 2,
            good ? whole : null,
            octets.substring(0, i),
            octets.substring(i));
      }
    }
  }

  private static String chunk(String octets, String last) {
    return "BDAT " + octets.length() + last + "\r\n" + octets;
  }

  private void checkChunk(
      String content,
      int chunks,
      @org.jspecify.annotations.Nullable String message,
      String... packets) {
    inbound.taken.clear();
    List<String> replies = new ArrayList<>();
    try (Talk talk = new Talk(listener)) {
      for (String packet : packets) {
        if (!talk.closed()) {
          replies.addAll(talk.send(packet).replies());
        }
      }
    }
    assertThat(replies).as("%s", shown(content)).hasSize(3 + chunks + 1);
    assertThat(replies.getLast()).startsWith(message == null ? "closed" : "250 2.0.0 OK");
    assertThat(inbound.taken.stream().map(Taken::sent).toList())
        .as("%s", shown(content))
        .isEqualTo(message == null ? List.of() : List.of(message));
    assertThat(replies.get(2 + chunks)).startsWith(message == null ? "554 5.6.0" : "250 2.0.0");
  }

  private static String shown(String octets) {
    return octets.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
  }
}
