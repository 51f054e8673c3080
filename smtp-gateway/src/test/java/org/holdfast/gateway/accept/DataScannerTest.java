package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of data is CRLF "." CRLF and nothing else. */
class DataScannerTest {

  private record Scanned(String content, int used, boolean ended, @Nullable Defect defect) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\n.\n",
        "a\n.\r\n",
        "a\r.\r",
        "a\r\n.\n",
        "a\r\n.\r",
        "a\r.\r\n",
        "a\n.\r",
        "a\r\n.\r\r\n",
        "a\r\n\n.\r\n",
        "a\r\r\n.\n",
        "\n.\r\n",
        "\r.\r\n",
        "a\r\n.\0\r\n",
        "a\n\r.\r\n",
        "a\0\r\n.\n"
      })
  void wrongEnd_doesNotEndTheMessage_andIsRefused(String wrong) {
    String after = "MAIL FROM:<smuggled@example.com>\r\n.\r\n";
    Scanned whole = scan(DataScanner.ofData(), wrong + after);
    assertThat(whole.ended()).isTrue();
    assertThat(whole.used()).isEqualTo(wrong.length() + after.length());
    assertThat(whole.defect()).isNotNull();
  }

  @Test
  void message_dotsAtLineStart_areTakenOutOnce() {
    assertThat(scan(DataScanner.ofData(), "..\r\n.x\r\n...y\r\na.b\r\n.\r\nQUIT\r\n"))
        .isEqualTo(new Scanned(".\r\nx\r\n..y\r\na.b\r\n", 22, true, null));
  }

  @Test
  void message_empty_endsAtOnce() {
    assertThat(scan(DataScanner.ofData(), ".\r\n")).isEqualTo(new Scanned("", 3, true, null));
  }

  @Test
  void chunk_dots_areLeftAlone() {
    assertThat(scan(DataScanner.ofChunks(), "..\r\n.\r\nx"))
        .isEqualTo(new Scanned("..\r\n.\r\nx", 8, false, null));
  }

  @Test
  void chunk_endingInCr_isADefectOnlyWhenNothingFollows() {
    DataScanner chunks = DataScanner.ofChunks();
    assertThat(scan(chunks, "x\r").defect()).isNull();
    assertThat(chunks.defectAtEnd()).isEqualTo(Defect.BARE_CR);
    assertThat(scan(chunks, "\ny").defect()).isNull();
    assertThat(chunks.defectAtEnd()).isNull();
  }

  @Test
  void line_aroundTheLimit_isRefusedAboveItOnly() {
    String longest = "x".repeat(Limits.TEXT_LINE);
    assertThat(scan(DataScanner.ofData(), longest + "\r\n..\r\n.\r\n").defect()).isNull();
    assertThat(scan(DataScanner.ofData(), "." + longest + "\r\n.\r\n").defect()).isNull();
    assertThat(scan(DataScanner.ofData(), longest + "x\r\n.\r\n").defect())
        .isEqualTo(Defect.LINE_TOO_LONG);
  }

  @Test
  void anything_splitAnywhere_isScannedTheSame() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String alphabet = "ab.\r\n\r\n\0";
    for (int round = 0; round < 3000; round++) {
      StringBuilder octets = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        octets.append(alphabet.charAt(random.nextInt(alphabet.length() - (round % 2))));
      }
      octets.append("\r\n.\r\n");
      String text = octets.toString();
      Scanned whole = scan(DataScanner.ofData(), text);
      int cut = random.nextInt(text.length());
      assertThat(scan(DataScanner.ofData(), text.substring(0, cut), text.substring(cut)))
          .as("seed %d round %d", seed, round)
          .isEqualTo(whole);
      if (whole.defect() == null) {
        assertThat(whole.content()).isEqualTo(unstuffed(text, whole.used()));
      }
    }
  }

  /** The slow way, straight from RFC 5321 section 4.5.2. */
  private static String unstuffed(String text, int used) {
    String lines = text.substring(0, used - 3);
    StringBuilder content = new StringBuilder();
    for (String line : lines.split("(?<=\r\n)", -1)) {
      content.append(line.startsWith(".") ? line.substring(1) : line);
    }
    return content.toString();
  }

  private static Scanned scan(DataScanner scanner, String... pieces) {
    StringBuilder content = new StringBuilder();
    int used = 0;
    for (String piece : pieces) {
      byte[] octets = piece.getBytes(StandardCharsets.ISO_8859_1);
      if (!scanner.ended()) {
        used +=
            scanner.scan(
                octets,
                0,
                octets.length,
                (buffer, from, to) ->
                    content.append(
                        new String(buffer, from, to - from, StandardCharsets.ISO_8859_1)));
      }
    }
    Defect defect = scanner.defect();
    // what a refused message says is nobody's business; only where it ends is
    return new Scanned(defect == null ? content.toString() : "", used, scanner.ended(), defect);
  }
}
