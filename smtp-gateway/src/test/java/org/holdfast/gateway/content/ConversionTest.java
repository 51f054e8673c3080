package org.holdfast.gateway.content;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimePart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.holdfast.holdqueue.Content;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {

  private static final int TREES = Integer.getInteger("holdfast.conversion.trees", 60);

  private static Conversion convert(Content content, DataKind most) throws IOException {
    return Conversion.of(content, Survey.of(content), most);
  }

  private static String converted(String latin1, DataKind most) throws IOException {
    Content original = Octets.of(latin1);
    assertThat(convert(original, most)).isInstanceOf(Conversion.Done.class);
    Content content = ((Conversion.Done) convert(original, most)).content();
    assertThat(content.size()).isEqualTo(Octets.text(content).length());
    return Octets.text(content);
  }

  // ---- by chance, read back by a parser that is not ours

  @ParameterizedTest
  @EnumSource(
      value = DataKind.class,
      names = {"SEVEN_BIT", "EIGHT_BIT"})
  void anyTree_converted_decodesToWhatWasSent(DataKind most) throws Exception {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("ConversionTest seed " + seed + " " + most);
    Random random = new Random(seed);
    for (int i = 0; i < TREES; i++) {
      RandomMail mail = new RandomMail(random);
      Octets original = new Octets(mail.whole(), 1 + random.nextInt(30_000));
      Conversion conversion = convert(original, most);
      Content sent = conversion instanceof Conversion.Done(Content content) ? content : original;
      byte[] octets = Octets.text(sent).getBytes(StandardCharsets.ISO_8859_1);
      assertThat(sent.size()).isEqualTo(octets.length);
      assertThat(Survey.of(sent).data()).isLessThanOrEqualTo(most);
      assertThat(decoded(octets)).as("tree %s", i).containsExactlyElementsOf(mail.leaves());
      assertThat(convert(sent, most)).isInstanceOf(Conversion.Needless.class);
    }
  }

  @Test
  void anyOctets_withNothingToDo_areTheSame() throws Exception {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("ConversionTest seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < TREES; i++) {
      byte[] octets = new RandomMail(random).whole();
      for (int hits = random.nextInt(20); hits > 0; hits--) {
        octets[random.nextInt(octets.length)] =
            (byte) "\r\n -:;=\"b\0\u00ff".charAt(random.nextInt(11));
      }
      Octets original = new Octets(octets, 1 + random.nextInt(5000));
      int entities = Survey.of(original).entities().size();
      ConvertedContent copy =
          new ConvertedContent(
              original, Collections.nCopies(entities, Treatment.AS_IS), octets.length);
      assertThat(Octets.text(copy).getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(octets);
    }
  }

  private static List<byte[]> decoded(byte[] octets) throws Exception {
    List<byte[]> leaves = new ArrayList<>();
    decode(new ByteArrayInputStream(octets), leaves);
    return leaves;
  }

  private static void decode(InputStream message, List<byte[]> leaves) throws Exception {
    decode(new MimeMessage(Session.getInstance(new Properties()), message), leaves);
  }

  private static void decode(MimePart part, List<byte[]> leaves) throws Exception {
    if (part.isMimeType("multipart/*")) {
      MimeMultipart parts = new MimeMultipart(part.getDataHandler().getDataSource());
      for (int i = 0; i < parts.getCount(); i++) {
        decode((MimePart) parts.getBodyPart(i), leaves);
      }
    } else if (part.isMimeType("message/rfc822")) {
      decode(part.getInputStream(), leaves);
    } else {
      leaves.add(part.getInputStream().readAllBytes());
    }
  }

  // ---- one by one

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  @Test
  void textOfEightBits_toSevenBits_isQuotedPrintableAndNothingElseChanges() throws Exception {
    String head = "Received: x\r\nMIME-Version: 1.0\r\nSubject:  a \r\n";
    assertThat(
            converted(
                head
                    + "content-transfer-ENCODING : 8bit\r\n (folded)\r\nX-A: b\r\n\r\n"
                    + "caf\u00e9 = x \r\n.dot\t\r\n",
                DataKind.SEVEN_BIT))
        .isEqualTo(
            head
                + "X-A: b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                + "caf=E9 =3D x=20\r\n.dot=09\r\n");
  }

  @Test
  void textWithoutMime_toSevenBits_saysWhatItIs() throws Exception {
    assertThat(converted("Subject: x\r\n\r\ncaf\u00e9\r\n", DataKind.SEVEN_BIT))
        .isEqualTo(
            lines(
                "Subject: x",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=unknown-8bit",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "caf=E9"));
  }

  @Test
  void lineWithoutItsEnd_toLines_isKeptByBase64() throws Exception {
    assertThat(
            converted(
                "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nabc", DataKind.EIGHT_BIT))
        .endsWith("Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n");
  }

  @Test
  void labelBinary_octetsOfLines_onlyTheLabelChanges() throws Exception {
    assertThat(
            converted(
                "MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\ncaf\u00e9\r\n",
                DataKind.EIGHT_BIT))
        .isEqualTo("MIME-Version: 1.0\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\u00e9\r\n");
  }

  @ParameterizedTest
  @CsvSource({"997, true", "998, true", "999, false"})
  void line_ofSoManyOctets_isALine(int length, boolean line) throws Exception {
    Octets mail = Octets.of("MIME-Version: 1.0\r\n\r\n" + "x".repeat(length) + "\r\n");
    assertThat(Survey.of(mail).data() == DataKind.SEVEN_BIT).isEqualTo(line);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\rb\r\n", "a\nb\r\n", "a\0b\r\n", "a\r\r\n", "ab\r", "ab"})
  void octets_thatMakeNoLines_areBinary(String body) throws Exception {
    assertThat(Survey.of(Octets.of("MIME-Version: 1.0\r\n\r\n" + body)).data())
        .isEqualTo(DataKind.BINARY);
  }

  @Test
  void signedPart_thatWouldChange_isImpossible() throws Exception {
    String signed =
        """
        MIME-Version: 1.0
        Content-Type: multipart/signed; boundary=s

        --s
        Content-Type: multipart/mixed; boundary=m

        --m

        caf\u00e9
        --m--
        --s
        Content-Type: application/pgp-signature

        xxx
        --s--
        """
            .replace("\n", "\r\n");
    assertThat(convert(Octets.of(signed), DataKind.EIGHT_BIT))
        .isInstanceOf(Conversion.Needless.class);
    assertThat(convert(Octets.of(signed), DataKind.SEVEN_BIT))
        .isEqualTo(new Conversion.Impossible("a signed part would have to be changed"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: x\r\n\r\na\0b\r\n", // not MIME
        "MIME-Version: 1.0\r\nSubject: \0\r\n\r\nab\r\n", // header
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n\0\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n\0\r\n",
        "Content-Type: multipart/mixed\r\n\r\na\0b\r\n", // no boundary
        "Content-Type: message/partial; id=x\r\n\r\na\0b\r\n",
        "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\na\0b\r\n",
        "Content-Type: image/png\r\nContent-Transfer-Encoding: x-own\r\n\r\na\0b\r\n",
      })
  void octetsThatCannotBeEncoded_impossible(String mail) throws Exception {
    assertThat(convert(Octets.of(mail), DataKind.EIGHT_BIT))
        .isInstanceOf(Conversion.Impossible.class);
  }

  @Test
  void internationalHeader_inAnEnclosedMessageOnly_isNotTheMessages() throws Exception {
    String enclosed = "Content-Type: message/rfc822\r\n\r\nSubject: \u00e9\r\n\r\nx\r\n";
    assertThat(Survey.of(Octets.of(enclosed)).internationalHeader()).isFalse();
    assertThat(Survey.of(Octets.of("Subject: \u00e9\r\n\r\nx\r\n")).internationalHeader()).isTrue();
    assertThat(
            Survey.of(
                    Octets.of(
                        lines(
                            "Content-Type: multipart/mixed; boundary=b",
                            "",
                            "--b",
                            "X: \u00e9",
                            "",
                            "x",
                            "--b--")))
                .internationalHeader())
        .isTrue();
  }

  @Test
  void parts_moreThanAreLookedInto_octetsStillCount() throws Exception {
    StringBuilder mail = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (int i = 0; i < MimeWalk.MOST_ENTITIES; i++) {
      mail.append("--b\r\n\r\nx\r\n");
    }
    String clean = mail + "--b--\r\n";
    String late = mail + "--b\r\n\r\ncaf\u00e9\r\n--b--\r\n";
    assertThat(convert(Octets.of(clean), DataKind.SEVEN_BIT))
        .isInstanceOf(Conversion.Needless.class);
    assertThat(convert(Octets.of(late), DataKind.SEVEN_BIT))
        .isInstanceOf(Conversion.Impossible.class);
  }

  @Test
  void depth_moreThanIsLookedInto_octetsStillCount() throws Exception {
    StringBuilder mail = new StringBuilder();
    for (int i = 0; i < MimeWalk.MOST_DEPTH + 5; i++) {
      mail.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\r\n\r\n--b");
      mail.append(i).append("\r\n");
    }
    assertThat(convert(Octets.of(mail + "\r\ncaf\u00e9\r\n"), DataKind.SEVEN_BIT))
        .isInstanceOf(Conversion.Impossible.class);
    assertThat(convert(Octets.of(mail + "\r\ncafe\r\n"), DataKind.SEVEN_BIT))
        .isInstanceOf(Conversion.Needless.class);
  }

  @Test
  void boundary_longerDelimiterOfAnotherPart_isNotTaken() throws Exception {
    String mail =
        lines(
            "Content-Type: multipart/mixed; boundary=a",
            "",
            "--a",
            "Content-Type: image/png",
            "",
            "x",
            "--ab",
            "\u00e9",
            "--a--");
    assertThat(converted(mail, DataKind.SEVEN_BIT)).contains("eA0KLS1hYg0K6Q==\r\n--a--\r\n");
  }
}
