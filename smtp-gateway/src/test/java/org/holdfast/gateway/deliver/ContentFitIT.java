package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.ScriptedBackend.Received;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the sender gave, what the backend offers, what goes over the wire: {@code docs/content.md}.
 */
class ContentFitIT {

  private static final String MIME = "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n";
  private static final String ASCII = MIME + "\r\nabc\r\n";
  private static final String EIGHT = MIME + "\r\ncaf\u00e9\r\n";
  private static final String EIGHT_IN_7 =
      MIME + "Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=E9\r\n";
  private static final String BINARY = MIME + "\r\na\0b\rc\n.\r\n.";
  private static final String BINARY_IN_LINES =
      MIME + "Content-Transfer-Encoding: base64\r\n\r\nYQBiDWMKLg0KLg==\r\n";
  private static final String UTF8_HEADER = "Subject: \u00c3\u00a9\r\n\r\nx\r\n";

  private final Bench bench = new Bench();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  private List<Answer> send(Map<String, String> parameters, Content content, String... recipients)
      throws Exception {
    return send(Letter.envelope(parameters), content, recipients);
  }

  private List<Answer> send(Envelope envelope, Content content, String... recipients)
      throws Exception {
    return Bench.await(
        bench.client.send(
            bench.backend.member("m"),
            envelope,
            Letter.to(recipients),
            content,
            Transaction.Origin.DOOR));
  }

  private static Map<String, String> body(String body) {
    return body.isEmpty() ? Map.of() : Map.of("BODY", body);
  }

  private static Content streamed(String text) {
    return Letter.streamed(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Received only() {
    assertThat(bench.backend.received()).hasSize(1);
    return bench.backend.received().getFirst();
  }

  // ---- the table

  static Stream<Arguments> table() {
    return Stream.of(
        arguments("", ASCII, "", "", ASCII),
        arguments("7BIT", ASCII, "8BITMIME", " BODY=7BIT", ASCII),
        arguments("8BITMIME", ASCII, "", "", ASCII),
        arguments("8BITMIME", EIGHT, "8BITMIME", " BODY=8BITMIME", EIGHT),
        arguments("8BITMIME", EIGHT, "", "", EIGHT_IN_7),
        arguments("", EIGHT, "8BITMIME", "", EIGHT),
        arguments("", EIGHT, "", "", EIGHT_IN_7),
        arguments("7BIT", EIGHT, "", "", EIGHT_IN_7),
        arguments("BINARYMIME", BINARY, "8BITMIME CHUNKING BINARYMIME", " BODY=BINARYMIME", BINARY),
        arguments("BINARYMIME", BINARY, "8BITMIME CHUNKING", " BODY=8BITMIME", BINARY_IN_LINES),
        arguments("BINARYMIME", BINARY, "8BITMIME BINARYMIME", " BODY=8BITMIME", BINARY_IN_LINES),
        arguments("BINARYMIME", BINARY, "", "", BINARY_IN_LINES),
        arguments("BINARYMIME", EIGHT, "8BITMIME", " BODY=8BITMIME", EIGHT),
        arguments("BINARYMIME", EIGHT, "", "", EIGHT_IN_7));
  }

  @ParameterizedTest
  @MethodSource("table")
  void message_ofThisKind_isSentLikeThis(
      String given, String content, String offered, String said, String sent) throws Exception {
    String[] keywords = ("PIPELINING " + offered).strip().split(" ", -1);
    bench.backend.offer(keywords);
    assertThat(send(body(given), Letter.of(content), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().mail()).isEqualTo("MAIL FROM:<sender@example.org>" + said);
    assertThat(only().content()).isEqualTo(sent);
  }

  @ParameterizedTest
  @MethodSource("table")
  void message_ofThisKindStreamedWithoutPipelining_isSentLikeThis(
      String given, String content, String offered, String said, String sent) throws Exception {
    bench.backend.offer(offered.isEmpty() ? new String[0] : offered.split(" ", -1));
    assertThat(send(body(given), streamed(content), "a@example.com", "b@example.com"))
        .hasSize(2)
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().mail()).isEqualTo("MAIL FROM:<sender@example.org>" + said);
    assertThat(only().content()).isEqualTo(sent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: x\r\n\r\na\0b\r\n",
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\na\0b\r\n--b--\r\n"
      })
  void binary_thatCannotBeConverted_isRefusedAndNothingIsSaid(String mail) throws Exception {
    List<Answer> answers = send(body("BINARYMIME"), Letter.of(mail), "a@example.com");
    assertThat(answers.getFirst()).isInstanceOf(Answer.MailboxTrouble.class);
    assertThat(answers.getFirst().reply().line())
        .startsWith("554 5.6.3 Conversion required but not supported: ");
    assertThat(bench.backend.commands()).containsExactly("LHLO gw.example.com");
    bench.backend.offer("8BITMIME");
    assertThat(send(Map.of(), Letter.of(ASCII), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance); // the connection is as good as before
    assertThat(bench.backend.connections()).isEqualTo(1);
  }

  @Test
  void eightBitHeader_toSevenBits_isRefusedUnlessItIsSentAnyway() throws Exception {
    bench.backend.offer();
    assertThat(send(Map.of(), Letter.of(UTF8_HEADER), "a@b.c").getFirst().reply().line())
        .startsWith("554 5.6.3 ");
    bench.set(LmtpSettings.of("gw.example.com").withEightBitAnyway(true));
    assertThat(send(Map.of(), Letter.of(UTF8_HEADER), "a@b.c"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().content()).isEqualTo(UTF8_HEADER);
  }

  @Test
  void message_thatCannotBeRead_isOurTroubleAndTheConnectionLives() throws Exception {
    bench.backend.offer();
    assertThat(send(Map.of(), Letter.broken(false), "a@b.c"))
        .allMatch(Answer.OurTrouble.class::isInstance);
    send(Map.of(), Letter.of(ASCII), "a@b.c");
    assertThat(bench.backend.connections()).isEqualTo(1);
  }

  // ---- BDAT

  private void offerBinary() {
    bench.backend.offer("PIPELINING", "8BITMIME", "CHUNKING", "BINARYMIME", "SIZE");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 3_000_000})
  void bdat_anyOctetsOfAnySize_arriveOctetForOctet(int size) throws Exception {
    offerBinary();
    byte[] octets = new byte[size];
    new Random(size).nextBytes(octets);
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    send(body("BINARYMIME"), Letter.of(text), "a@example.com");
    send(body("BINARYMIME"), Letter.streamed(octets), "a@example.com", "b@example.com");
    assertThat(bench.backend.received()).hasSize(2).allMatch(r -> r.content().equals(text));
    assertThat(bench.backend.connections()).isEqualTo(1);
    assertThat(bench.backend.commands())
        .startsWith(
            "LHLO gw.example.com",
            "MAIL FROM:<sender@example.org> SIZE=" + size + " BODY=BINARYMIME",
            "RCPT TO:<a@example.com>",
            "BDAT " + size + " LAST");
  }

  @Test
  void bdat_oneRecipientRefused_theOthersReplyIsItsOwn() throws Exception {
    offerBinary();
    bench.backend.on(Point.RCPT, "a@example.com", Act.reply("452 4.2.2 full"));
    bench.backend.on(Point.END, "c@example.com", Act.reply("554 5.6.0 no"));
    List<Answer> answers =
        send(
            body("BINARYMIME"),
            Letter.of(BINARY),
            "a@example.com",
            "b@example.com",
            "c@example.com");
    assertThat(answers.get(0)).isInstanceOf(Answer.MailboxTrouble.class);
    assertThat(answers.get(1)).isInstanceOf(Answer.Delivered.class);
    assertThat(answers.get(2).reply()).isEqualTo(new Reply(554, "5.6.0", "no"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bdat_nobodyAccepted_isNotSaid(boolean pipelining) throws Exception {
    bench.backend.offer(pipelining ? "PIPELINING" : "X", "8BITMIME", "CHUNKING", "BINARYMIME");
    bench.backend.once(Point.RCPT, Act.reply("452 4.2.2 full"));
    assertThat(send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com"))
        .allMatch(Answer.MailboxTrouble.class::isInstance);
    bench.backend.once(Point.MAIL, Act.reply("451 4.3.0 later"));
    assertThat(send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com"))
        .allMatch(Answer.OurTrouble.class::isInstance);
    assertThat(bench.backend.commands()).noneMatch(c -> c.startsWith("BDAT"));
    assertThat(send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void bdat_contentOfAnotherSizeThanItSays_isNeverWhole(int more) throws Exception {
    offerBinary();
    byte[] octets = new byte[70_000];
    List<Answer> answers =
        send(body("BINARYMIME"), Letter.lying(octets, octets.length - more), "a@example.com");
    assertThat(answers).allMatch(Answer.OurTrouble.class::isInstance);
    assertThat(bench.backend.received()).isEmpty();
  }

  @Test
  void bdat_connectionLostAfterTheLastOctet_isUncertain() throws Exception {
    offerBinary();
    bench.backend.on(Point.END, Act.drop());
    assertThat(send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com"))
        .allMatch(Answer.Uncertain.class::isInstance);
  }

  @Test
  void offer_otherBackendBehindTheSameAddress_isReadAnew() throws Exception {
    offerBinary();
    send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com");
    bench.backend.cut();
    bench.backend.offer("8BITMIME");
    assertThat(send(body("BINARYMIME"), Letter.of(BINARY), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(bench.backend.received().getLast().content()).isEqualTo(BINARY_IN_LINES);
  }

  // ---- SMTPUTF8

  private static final Map<String, String> UTF8 = Map.of("SMTPUTF8", "");

  @Test
  void smtpUtf8_givenNeedlesslyAndNotOffered_isLeftOut() throws Exception {
    assertThat(send(UTF8, Letter.of(ASCII), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().mail()).doesNotContain("SMTPUTF8");
    assertThat(only().content()).isEqualTo(ASCII);
  }

  @Test
  void smtpUtf8_neededByTheHeaderAndNotOffered_isRefusedAndNothingIsSaid() throws Exception {
    assertThat(send(UTF8, Letter.of(UTF8_HEADER), "a@example.com"))
        .containsExactly(new Answer.MailboxTrouble(OwnWords.HEADER_NOT_UTF8_CAPABLE));
    assertThat(bench.backend.commands()).containsExactly("LHLO gw.example.com");
  }

  @Test
  void smtpUtf8_neededByTheSenderAndNotOffered_isRefused() throws Exception {
    Envelope envelope = new Envelope("q1", "j\u00fcrgen@example.org", Instant.EPOCH, "t", UTF8);
    assertThat(send(envelope, Letter.of(ASCII), "a@example.com", "b@example.com"))
        .containsOnly(new Answer.MailboxTrouble(OwnWords.NOT_UTF8_CAPABLE));
  }

  @Test
  void smtpUtf8_neededByOneRecipientAndNotOffered_theOthersGetIt() throws Exception {
    List<Answer> answers = send(UTF8, Letter.of(ASCII), "j\u00fcrgen@example.com", "b@example.com");
    assertThat(answers.get(0)).isEqualTo(new Answer.MailboxTrouble(OwnWords.NOT_UTF8_CAPABLE));
    assertThat(answers.get(1)).isInstanceOf(Answer.Delivered.class);
    assertThat(only().recipients()).containsExactly("b@example.com");
  }

  @Test
  void eightBitHeader_withoutSmtpUtf8_isTakenAsEightBit() throws Exception {
    assertThat(send(body("8BITMIME"), Letter.of(UTF8_HEADER), "a@example.com"))
        .allMatch(Answer.Delivered.class::isInstance);
    assertThat(only().content()).isEqualTo(UTF8_HEADER);
  }
}
