package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A backend that says nonsense: whatever it is, the answer is temporary, the connection is given
 * up, nothing counts as delivered that was not, and the next message gets through.
 */
class BackendNonsenseIT {

  private static final String TEXT = "Subject: x\r\n\r\nhello\r\n";

  private static final Map<String, String> NONSENSE =
      Map.ofEntries(
          Map.entry("1xx", "199 low\r\n"),
          Map.entry("6xx", "600 high\r\n"),
          Map.entry("000", "000 nothing\r\n"),
          Map.entry("letters in the code", "2x0 no\r\n"),
          Map.entry("digits of another alphabet", "\u00d9\u00a2\u00d9\u00a5\u00d9\u00a0 no\r\n"),
          Map.entry("no separator", "250x no\r\n"),
          Map.entry("four digits", "2500 no\r\n"),
          Map.entry("two digits", "25 no\r\n"),
          Map.entry("a space first", " 250 no\r\n"),
          Map.entry("empty line", "\r\n"),
          Map.entry("bare LF", "250 no\n"),
          Map.entry("NUL", "\0\0\0\0\r\n"),
          Map.entry("other code in a continuation", "250-a\r\n251 b\r\n"),
          Map.entry("4xx in a continuation of 2xx", "250-a\r\n450 b\r\n"),
          Map.entry("garbage in a continuation", "250-a\r\nwhat\r\n"),
          Map.entry("10 000 continuations", "250-x\r\n".repeat(10_000) + "250 x\r\n"),
          Map.entry("a line of 100 000", "250 " + "x".repeat(100_000) + "\r\n"),
          Map.entry("HTTP", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
          Map.entry("TLS alert", "\u0015\u0003\u0001\0\u0002\u0002\n\r\n"));

  private static final Predicate<Answer> OURS = Answer.OurTrouble.class::isInstance;
  private static final Predicate<Answer> UNCERTAIN = Answer.Uncertain.class::isInstance;

  private final Bench bench = new Bench();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  private static Stream<Arguments> nonsenseEverywhere() {
    return NONSENSE.keySet().stream()
        .sorted()
        .flatMap(name ->
            Stream.of(Point.BANNER, Point.LHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.END)
                .map(point -> Arguments.of(name, point)));
  }

  @ParameterizedTest
  @MethodSource("nonsenseEverywhere")
  void nonsense_atEveryPoint_isTemporaryAndForgotten(String name, Point point) throws Exception {
    bench.backend.once(point, Act.octets(Objects.requireNonNull(NONSENSE.get(name))));
    List<Answer> answers = bench.send(Letter.of(TEXT), "a@b.c", "b@b.c");
    assertThat(answers).hasSize(2).allMatch(a -> a.reply().temporary());
    assertThat(answers).allMatch(point == Point.END ? UNCERTAIN : OURS);
    assertThat(answers).allMatch(a -> a.reply().line().chars().allMatch(c -> c >= ' ' && c < 127));
    assertRecovered();
    assertThat(bench.backend.received()).hasSize(point == Point.END ? 2 : 1);
  }

  private void assertRecovered() throws Exception {
    assertThat(bench.send(Letter.of(TEXT), "c@b.c")).allMatch(Answer.Delivered.class::isInstance);
  }

  @ParameterizedTest
  @MethodSource("twoRepliesAtOnce")
  void twoReplies_toOneCommand_countForNothing(Point point, String replies) throws Exception {
    bench.backend.once(point, Act.reply(replies));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(OURS);
    assertThat(bench.backend.received()).isEmpty();
    assertRecovered();
    assertThat(bench.backend.connections()).isEqualTo(2);
  }

  private static Stream<Arguments> twoRepliesAtOnce() {
    return Stream.of(
        Arguments.of(Point.BANNER, "220 hello\r\n250 and hello again"),
        Arguments.of(
            Point.BANNER, "220 hello\r\n250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 delivered"),
        Arguments.of(Point.LHLO, "250 hello\r\n250 and hello again"),
        Arguments.of(Point.LHLO, "250 hello\r\n250 a\r\n250 b\r\n354 c\r\n250 delivered"),
        Arguments.of(Point.DATA, "354 go\r\n250 2.0.0 delivered, honestly"),
        Arguments.of(Point.DATA, "354 go\r\n2"),
        Arguments.of(Point.DATA, "250 fine"),
        Arguments.of(Point.MAIL, "354 go"),
        Arguments.of(Point.RCPT, "354 go"));
  }

  @Test
  void oneReplyTooMany_afterTheDot_leavesTheOthersAsTheyAre() throws Exception {
    bench.backend.once(Point.END, Act.reply("250 2.0.0 saved\r\n250 2.0.0 saved again"));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
    assertRecovered();
    assertThat(bench.backend.connections()).isEqualTo(2);
    assertThat(bench.backend.received()).hasSize(2);
  }

  @Test
  void goodbye_behindTheLastReply_leavesTheMessageDelivered() throws Exception {
    bench.backend.once(Point.END, Act.replyAndDrop("250 2.0.0 saved\r\n421 4.3.2 going down"));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
    assertRecovered();
  }

  @ParameterizedTest
  @MethodSource("halves")
  void halfAReply_thenClosed_isTrouble(Point point, String half) throws Exception {
    bench.backend.once(point, Act.replyAndDrop(half));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c"))
        .allMatch(point == Point.END ? UNCERTAIN : OURS);
    assertRecovered();
  }

  private static Stream<Arguments> halves() {
    return Stream.of(Point.BANNER, Point.LHLO, Point.MAIL, Point.RCPT, Point.DATA, Point.END)
        .flatMap(point -> Stream.of("250-half", "354-half").map(half -> Arguments.of(point, half)));
  }

  @Test
  void manyKeywords_areTaken_upToTheBoundOfAReply() throws Exception {
    String[] most = Stream.generate(() -> "X-K").limit(98).toArray(String[]::new);
    most[97] = "PIPELINING";
    bench.backend.offer(most);
    assertThat(bench.send(Letter.of(TEXT), "a@b.c")).allMatch(Answer.Delivered.class::isInstance);
  }

  @Test
  void text_withControlsAndEightBit_isPrintableForTheSender() throws Exception {
    bench.backend.once(
        Point.RCPT, Act.octets("550 5.7.1 a\u001b[31mb\u0007\rc\0\u00e9\u009b250 x\r\n"));
    assertThat(bench.send(Letter.of(TEXT), "a@b.c").getFirst())
        .isInstanceOfSatisfying(
            Answer.MailboxTrouble.class,
            t -> assertThat(t.reply().line()).isEqualTo("550 5.7.1 a?[31mb??c???250 x"));
  }
}
