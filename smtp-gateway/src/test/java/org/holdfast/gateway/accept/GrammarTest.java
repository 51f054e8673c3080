package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The grammar of commands, line by line, in {@code src/test/resources/grammar}: what is sent and
 * which replies must come, no more and no fewer. A line {@code @ SMTP EHLO c; NOOP} says what was
 * sent before; {@code |} stands before a line that gets its CRLF, {@code !} before octets that are
 * sent as they are. {@code \r \n \t \0 \xHH} are octets, all else UTF-8; <code>{x*64}</code> is
 * repeated.
 */
class GrammarTest {

  private static final Pattern ROW = Pattern.compile("([^|!]*)([|!]) ?(.*)");
  private static final Pattern REPEATED = Pattern.compile("\\{([^{}]+)\\*([0-9]+)}");
  private static final Pattern OCTET = Pattern.compile("\\\\(?:x([0-9a-f]{2})|([rnt0]))");

  private static final Map<Dialect, Listener> LISTENERS =
      Map.of(
          Dialect.SMTP, Talk.listener(Dialect.SMTP, new FakeInbound()),
          Dialect.LMTP, Talk.listener(Dialect.LMTP, new FakeInbound()));

  record Row(String place, Dialect dialect, String before, String expected, String octets) {

    @Override
    public String toString() {
      return place;
    }
  }

  private static Stream<Row> rows() {
    return Stream.of("hello", "mail", "rcpt", "commands", "lines").flatMap(GrammarTest::rows);
  }

  private static Stream<Row> rows(String file) {
    List<Row> rows = new ArrayList<>();
    Dialect dialect = Dialect.SMTP;
    String before = "";
    int number = 0;
    for (String line : text(file).lines().toList()) {
      number++;
      Matcher row = ROW.matcher(line);
      if (line.startsWith("@ ")) {
        dialect = Dialect.valueOf(line.substring(2, 6));
        before = octets(line.substring(6).strip());
      } else if (!line.startsWith("#") && row.matches()) {
        String octets = octets(row.group(3)) + (row.group(2).equals("|") ? "\r\n" : "");
        rows.add(new Row(file + ".txt:" + number, dialect, before, row.group(1).strip(), octets));
      }
    }
    return rows.stream();
  }

  private static String text(String file) {
    try (InputStream in =
        Objects.requireNonNull(
            GrammarTest.class.getResourceAsStream("/grammar/" + file + ".txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One character for each octet. */
  private static String octets(String written) {
    String utf8 = new String(written.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    String repeated =
        REPEATED
            .matcher(utf8)
            .replaceAll(
                m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
    return OCTET.matcher(repeated).replaceAll(m -> Matcher.quoteReplacement(octet(m)));
  }

  private static String octet(java.util.regex.MatchResult escape) {
    if (escape.group(1) != null) {
      return String.valueOf((char) Integer.parseInt(escape.group(1), 16));
    }
    return switch (escape.group(2)) {
      case "r" -> "\r";
      case "n" -> "\n";
      case "t" -> "\t";
      default -> "\0";
    };
  }

  @ParameterizedTest
  @MethodSource("rows")
  void line_isAnsweredAsTheTableSays(Row row) {
    String expected = row.expected();
    assertThat(answer(row, row.octets())).as("%s", row.octets()).isEqualTo(expected);
    String some = row.octets().substring(Math.max(0, row.octets().length() - 300));
    List<String> octetByOctet = new ArrayList<>(List.of(some.split("")));
    octetByOctet.addFirst(row.octets().substring(0, row.octets().length() - some.length()));
    assertThat(answer(row, octetByOctet.toArray(new String[0])))
        .as("octet by octet")
        .isEqualTo(expected);
  }

  /** The codes, as precisely as the table has them. */
  private static String answer(Row row, String... packets) {
    try (Talk talk = new Talk(Objects.requireNonNull(LISTENERS.get(row.dialect())))) {
      for (String command : row.before().split("; ", -1)) {
        if (!command.isEmpty()) {
          assertThat(talk.send(command + "\r\n").replies()).hasSize(1);
        }
      }
      List<String> replies = new ArrayList<>();
      for (String packet : packets) {
        if (!talk.closed()) {
          replies.addAll(talk.send(packet).replies());
        }
      }
      return String.join(", ", replies.stream().map(GrammarTest::codes).toList());
    }
  }

  /** Basic and enhanced code. */
  private static String codes(String reply) {
    Matcher codes = Pattern.compile("([2-5][0-9]{2})( [245]\\.[0-9]+\\.[0-9]+)? .*").matcher(reply);
    return codes.matches() ? codes.group(1) + Objects.toString(codes.group(2), "") : reply;
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "mail", "rcpt", "commands", "lines"})
  void table_hasEnoughRows(String file) {
    assertThat(rows(file).count()).isGreaterThan(20);
  }
}
