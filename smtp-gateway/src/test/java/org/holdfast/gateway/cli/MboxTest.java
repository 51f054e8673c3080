package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** mboxrd: reversible quoting of lines that look like separators. */
class MboxTest {

  private static final String[] PARTS = {">", "From ", "F", "From", " ", "x", "\r\n", "\r"};
  private static final int CASES = 20_000;

  @ParameterizedTest
  @CsvSource({
    "'From a', '>From a'",
    "'>From a', '>>From a'",
    "'>>>From a', '>>>>From a'",
    "'From: a', 'From: a'",
    "'Fro', 'Fro'",
    "' From a', ' From a'",
    "'a From b', 'a From b'",
    "'> From a', '> From a'",
    "'From ', '>From '",
    "'>', '>'"
  })
  void line_isQuotedOnlyWhenItLooksLikeASeparator(String line, String quoted) throws IOException {
    assertThat(quote(line + "\r\n", 8192)).isEqualTo(quoted + "\n\n");
  }

  @Test
  void message_withoutItsLastLineEnd_getsOne() throws IOException {
    assertThat(quote("a\r\nFrom b", 8192)).isEqualTo("a\n>From b\n\n");
    assertThat(quote("", 8192)).isEqualTo("\n");
  }

  @Test
  void message_inPiecesOfAnySize_isQuotedAndComesBack() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < CASES; i++) {
      StringBuilder message = new StringBuilder();
      for (int parts = random.nextInt(12); parts > 0; parts--) {
        message.append(PARTS[random.nextInt(PARTS.length)]);
      }
      String whole = message.append("x\r\n").toString();
      String mbox = quote(whole, 1 + random.nextInt(9));
      assertThat(mbox).as("seed %d, %s", seed, whole).endsWith("\n\n").doesNotContain("\nFrom ");
      assertThat(back(mbox)).as("seed %d", seed).isEqualTo(whole.replace("\r\n", "\n"));
    }
  }

  /** As every reader of mboxrd does it. */
  private static String back(String mbox) {
    return mbox.substring(0, mbox.length() - 1).replaceAll("(?md)^>(>*From )", "$1");
  }

  private static String quote(String message, int piece) throws IOException {
    InputStream slowly =
        new ByteArrayInputStream(message.getBytes(StandardCharsets.US_ASCII)) {
          @Override
          public synchronized int read(byte[] to, int offset, int length) {
            return super.read(to, offset, Math.min(length, piece));
          }
        };
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Mbox.quote(slowly, out);
    return out.toString(StandardCharsets.US_ASCII);
  }
}
