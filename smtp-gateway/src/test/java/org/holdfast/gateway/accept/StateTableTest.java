package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command in every state of a session (RFC 5321 section 4.1.4, RFC 2033 section 4.1, RFC 3030
 * section 2): what it is answered, and that a refusal leaves the session as it was.
 */
class StateTableTest {

  private static final Map<Dialect, Listener> LISTENERS =
      Map.of(
          Dialect.SMTP, Talk.listener(Dialect.SMTP, new FakeInbound()),
          Dialect.LMTP, Talk.listener(Dialect.LMTP, new FakeInbound()));

  /** How to get there, after the greeting of the dialect where there is one. */
  private static final Map<String, String> STATES =
      Map.ofEntries(
          Map.entry("start", ""),
          Map.entry("helo", "HELO c\r\n"),
          Map.entry("hello", "~"),
          Map.entry("mail", "~MAIL FROM:<a@b>\r\n"),
          Map.entry("refused", "~MAIL FROM:<a@b>\r\nRCPT TO:<nobody@x>\r\n"),
          Map.entry("rcpt", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\n"),
          Map.entry("bdat", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\nBDAT 3\r\nx\r\n"),
          Map.entry(
              "toobig", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\nBDAT 5001\r\n" + "x".repeat(5001)),
          Map.entry("after", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\nDATA\r\nx\r\n.\r\n"),
          Map.entry("last", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\nBDAT 3 LAST\r\nx\r\n"),
          Map.entry("rset", "~MAIL FROM:<a@b>\r\nRCPT TO:<a@x>\r\nRSET\r\n"));

  private static final String SMTP =
      """
      command          start helo hello mail refused rcpt bdat toobig after last rset
      HELO c           250   250  250   250  250     250  250  250    250   250  250
      EHLO c           250   250  250   250  250     250  250  250    250   250  250
      LHLO c           500   500  500   500  500     500  500  500    500   500  500
      MAIL FROM:<a@b>  503   250  250   503  503     503  503  250    250   250  250
      RCPT TO:<a@x>    503   503  503   250  250     250  503  503    503   503  503
      DATA             503   503  503   503  503     354  503  503    503   503  503
      BDAT 0           503   503  503   503  503     250  250  503    503   503  503
      BDAT 0 LAST      503   503  503   503  503     250  250  503    503   503  503
      RSET             250   250  250   250  250     250  250  250    250   250  250
      NOOP             250   250  250   250  250     250  250  250    250   250  250
      VRFY a           252   252  252   252  252     252  252  252    252   252  252
      EXPN a           502   502  502   502  502     502  502  502    502   502  502
      HELP             214   214  214   214  214     214  214  214    214   214  214
      STARTTLS         500   500  500   500  500     500  500  500    500   500  500
      FOO              500   500  500   500  500     500  500  500    500   500  500
      QUIT             221   221  221   221  221     221  221  221    221   221  221
      """;

  private static final String LMTP =
      """
      command          start hello mail refused rcpt bdat toobig after last rset
      HELO c           500   500   500  500     500  500  500    500   500  500
      EHLO c           500   500   500  500     500  500  500    500   500  500
      LHLO c           250   250   250  250     250  250  250    250   250  250
      MAIL FROM:<a@b>  503   250   503  503     503  503  250    250   250  250
      RCPT TO:<a@x>    503   503   250  250     250  503  503    503   503  503
      DATA             503   503   503  503     354  503  503    503   503  503
      BDAT 0           503   503   503  503     250  250  503    503   503  503
      BDAT 0 LAST      503   503   503  503     250  250  503    503   503  503
      RSET             250   250   250  250     250  250  250    250   250  250
      NOOP             250   250   250  250     250  250  250    250   250  250
      VRFY a           252   252   252  252     252  252  252    252   252  252
      EXPN a           502   502   502  502     502  502  502    502   502  502
      HELP             214   214   214  214     214  214  214    214   214  214
      STARTTLS         500   500   500  500     500  500  500    500   500  500
      FOO              500   500   500  500     500  500  500    500   500  500
      QUIT             221   221   221  221     221  221  221    221   221  221
      """;

  private static Stream<Arguments> cells() {
    return Stream.concat(cells(Dialect.SMTP, SMTP), cells(Dialect.LMTP, LMTP));
  }

  private static Stream<Arguments> cells(Dialect dialect, String table) {
    List<String> rows = table.lines().toList();
    List<String> states = List.of(rows.getFirst().split(" +", -1));
    List<Arguments> cells = new ArrayList<>();
    for (String row : rows.subList(1, rows.size())) {
      String command = row.substring(0, 17).strip();
      List<String> codes = List.of(row.substring(17).strip().split(" +", -1));
      for (int i = 0; i < codes.size(); i++) {
        cells.add(Arguments.of(dialect, states.get(i + 1), command, codes.get(i)));
      }
    }
    return cells.stream();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void command_inThisState_isAnswered(
      Dialect dialect, String state, String command, String expected) {
    List<String> replies = talk(dialect, state, command + "\r\n");
    assertThat(replies).hasSize(expected.equals("221") ? 2 : 1);
    assertThat(replies.getFirst()).startsWith(expected + " ");
    if (expected.startsWith("5")) {
      for (String next : List.of("MAIL FROM:<c@d>", "RCPT TO:<b@x>", "BDAT 0 LAST")) {
        assertThat(codes(talk(dialect, state, command + "\r\n" + next + "\r\n")).get(1))
            .as("%s after %s", next, command)
            .isEqualTo(codes(talk(dialect, state, next + "\r\n")).getFirst());
      }
    }
  }

  private static List<String> codes(List<String> replies) {
    return replies.stream().map(reply -> reply.substring(0, 9)).toList();
  }

  private static List<String> talk(Dialect dialect, String state, String octets) {
    try (Talk talk = new Talk(Objects.requireNonNull(LISTENERS.get(dialect)))) {
      String hello = dialect == Dialect.SMTP ? "EHLO c\r\n" : "LHLO c\r\n";
      var _ = talk.send(Objects.requireNonNull(STATES.get(state)).replace("~", hello)).replies();
      return talk.send(octets).replies();
    }
  }
}
