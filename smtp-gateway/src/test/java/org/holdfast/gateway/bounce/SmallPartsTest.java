package org.holdfast.gateway.bounce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmallPartsTest {

  @ParameterizedTest
  @CsvSource({
    "ann@x,            , true",
    "ann@x, FAILURE, true",
    "ann@x, 'SUCCESS,FAILURE', true",
    "ann@x, 'FAILURE,DELAY', true",
    "ann@x, NEVER, false",
    "ann@x, SUCCESS, false",
    "ann@x, DELAY, false",
    "ann@x, 'SUCCESS,DELAY', false",
    "'', , false",
    "'', FAILURE, false"
  })
  void sender_isToldOnlyIfItWants(String sender, @Nullable String notify, boolean told) {
    assertThat(SenderWishes.toldOfFailure(envelope(sender, null, null), to("NOTIFY", notify)))
        .isEqualTo(told);
  }

  /** Of success only who asked; of delay who asked, or said nothing. */
  @ParameterizedTest
  @CsvSource({
    "ann@x, , false, true",
    "ann@x, NEVER, false, false",
    "ann@x, FAILURE, false, false",
    "ann@x, SUCCESS, true, false",
    "ann@x, DELAY, false, true",
    "ann@x, 'SUCCESS,FAILURE', true, false",
    "ann@x, 'FAILURE,DELAY', false, true",
    "ann@x, 'SUCCESS,FAILURE,DELAY', true, true",
    "'', , false, false",
    "'', 'SUCCESS,DELAY', false, false"
  })
  void sender_isToldOfSuccessAndDelayOnlyIfItWants(
      String sender, @Nullable String notify, boolean success, boolean delay) {
    assertThat(SenderWishes.toldOfSuccess(envelope(sender, null, null), to("NOTIFY", notify)))
        .isEqualTo(success);
    assertThat(SenderWishes.toldOfDelay(envelope(sender, null, null), to("NOTIFY", notify)))
        .isEqualTo(delay);
  }

  @ParameterizedTest
  @CsvSource({"FULL, true", "HDRS, false", ", false"})
  void ret_full_asksForTheWholeMessage(@Nullable String ret, boolean whole) {
    assertThat(SenderWishes.wholeMessage(envelope("ann@x", "RET", ret))).isEqualTo(whole);
  }

  @ParameterizedTest
  @CsvSource({
    "QQ314159, QQ314159",
    "a+2Bb+3Dc, a+b=c",
    "a+20b, a b",
    "a+0D+0AX:+20y, ",
    "a+00b, ",
    "a+7Fb, ",
    "a+E9b, ",
    "a+2, ",
    "a+, ",
    "a+zz, ",
    ", "
  })
  void envid_isShownDecodedOrNotAtAll(@Nullable String xtext, @Nullable String shown) {
    assertThat(SenderWishes.envelopeId(envelope("ann@x", "ENVID", xtext)).orElse(null))
        .isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "rfc822;bob@x, rfc822; bob@x",
    "RFC822;b+2Bb@x, RFC822; b+b@x",
    "x400;+2FC=de, x400; /C=de",
    "rfc822;a+0D+0Ab@x, ",
    "rfc822;, ",
    "rfc822, ",
    ";bob@x, ",
    "utf-8;b\u00f6b@x, utf-8; b\\x{F6}b@x",
    "UTF-8;b\\x{F6}b@x, UTF-8; b\\x{F6}b@x",
    ", "
  })
  void orcpt_isShownDecodedOrNotAtAll(@Nullable String orcpt, @Nullable String shown) {
    assertThat(SenderWishes.originalRecipient(to("ORCPT", orcpt)).orElse(null)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "552, 5.2.2, MAILBOX",
    "550, 5.2.1, MAILBOX",
    "552, 5.2.3, MAILBOX",
    "552, '', MAILBOX",
    "552, 5.0.0, MAILBOX",
    "550, 5.7.1, POLICY",
    "554, 5.7.26, POLICY",
    "554, 5.6.0, CONTENT",
    "550, 5.6.1, CONTENT",
    "552, 5.6.3, CONTENT",
    "550, 5.6.7, OTHER",
    "553, 5.6.9, OTHER",
    "550, 5.6.10, OTHER",
    "550, 5.1.1, OTHER",
    "553, 5.1.7, OTHER",
    "554, 5.3.4, OTHER",
    "554, 5.4.6, OTHER",
    "550, '', OTHER",
    "554, '', OTHER"
  })
  void refusal_isSortedByEnhancedThenBasicCode(int code, String enhanced, RefusalKind kind) {
    assertThat(RefusalKind.of(new Reply(code, enhanced, "no"))).isEqualTo(kind);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "plain\r\n",
        "a=b\r\n",
        "end of line \r\nand\t\r\n",
        "no line end ",
        "a bare \r and \n inside\r\n",
        "\u00e9\u65e5\ud83d\udcee\r\n"
      })
  void quotedPrintable_isAsciiAndTellsTheSame(String text) {
    byte[] encoded = QuotedPrintable.encode(text.repeat(40).getBytes(StandardCharsets.UTF_8));
    String ascii = new String(encoded, StandardCharsets.ISO_8859_1);

    assertThat(ascii).matches("[\\p{Print}\\t\\r\\n]*");
    assertThat(ascii.split("\r\n")).allMatch(l -> l.length() <= 76 && !l.matches(".*[ \t]"));
    assertThat(
            new ParsedReport.Part(List.of("Content-Transfer-Encoding: quoted-printable"), ascii)
                .decoded())
        .isEqualTo(text.repeat(40));
  }

  @Test
  void field_isFoldedAtSpacesAndNowhereElse() {
    String words = "word ".repeat(40).strip();

    String folded = new HeaderFields().field("X", words).field("Y", "z".repeat(200)).toString();

    assertThat(folded.lines().filter(line -> !line.startsWith("Y")))
        .allMatch(line -> line.length() <= 78);
    assertThat(folded.replace("\r\n ", " "))
        .isEqualTo("X: " + words + "\r\nY: " + "z".repeat(200) + "\r\n");
  }

  @Test
  void field_ofBlanksOnly_hasNoEmptyLine() {
    assertThat(new HeaderFields().field("X", "a" + " ".repeat(300) + "b").toString().split("\r\n"))
        .allMatch(line -> !line.isBlank());
  }

  private static Envelope envelope(String sender, @Nullable String key, @Nullable String value) {
    return new Envelope("M", sender, Instant.EPOCH, "mx", parameters(key, value));
  }

  private static Recipient to(String key, @Nullable String value) {
    return new Recipient("bob@x", "bob@x", "bob@x", parameters(key, value));
  }

  private static Map<String, String> parameters(@Nullable String key, @Nullable String value) {
    Map<String, String> parameters = new HashMap<>();
    if (key != null && value != null) {
      parameters.put(key, value);
    }
    return parameters;
  }
}
