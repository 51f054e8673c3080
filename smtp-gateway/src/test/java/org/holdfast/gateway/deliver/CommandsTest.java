package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.holdfast.holdqueue.Recipient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

  private static final Offer EVERYTHING =
      new Offer(Set.of("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN"));

  private static String mail(Map<String, String> parameters, boolean utf8, Offer offer) {
    ByteBuf out = Unpooled.buffer();
    Fit.Question question =
        new Fit.Question(
            Letter.envelope(parameters), Letter.of("x".repeat(123)), offer, utf8, true);
    Commands.mail(out, question.envelope(), question.asDeclared(), offer);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String rcpt(Map<String, String> parameters, Offer offer) {
    ByteBuf out = Unpooled.buffer();
    Commands.rcpt(
        out, new Recipient("a@b", "a@b", "a@b", parameters), Transaction.Origin.DOOR, offer);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String trace(String id) {
    ByteBuf out = Unpooled.buffer();
    boolean said = Commands.trace(out, id, new Offer(Set.of("TRACE")));
    assertThat(said).isEqualTo(out.isReadable());
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void trace_idWithinItsAlphabetAndLength_isSaid() {
    assertThat(trace("0AZaz9-_.")).isEqualTo("TRACE 0AZaz9-_.\r\n");
    assertThat(trace("x".repeat(255))).hasSize("TRACE ".length() + 255 + 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nDATA", "a+b", "a/b", "\u00e9", "a\u0000"})
  void trace_idOutsideItsAlphabet_isNotSaid(String id) {
    assertThat(trace(id)).isEmpty();
    assertThat(trace(id + "x".repeat(256))).isEmpty();
  }

  @Test
  void mail_everythingOffered_passesEverything() {
    Map<String, String> all = Map.of("BODY", "8BITMIME", "RET", "HDRS", "ENVID", "x+2By");
    assertThat(mail(all, true, EVERYTHING))
        .isEqualTo(
            "MAIL FROM:<sender@example.org> SIZE=123 SMTPUTF8 BODY=8BITMIME RET=HDRS"
                + " ENVID=x+2By\r\n");
  }

  @Test
  void mail_nothingOffered_passesNothing() {
    Map<String, String> all = Map.of("BODY", "8BITMIME", "RET", "HDRS", "ENVID", "x");
    assertThat(mail(all, false, Offer.NOTHING)).isEqualTo("MAIL FROM:<sender@example.org>\r\n");
  }

  @Test
  void rcpt_dsn_passedOnlyWhereOffered() {
    Map<String, String> all = Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;a+40b");
    assertThat(rcpt(all, EVERYTHING))
        .isEqualTo("RCPT TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a+40b\r\n");
    assertThat(rcpt(all, Offer.NOTHING)).isEqualTo("RCPT TO:<a@b>\r\n");
  }

  @Test
  void rcpt_originalRecipientInUtf8_isEscapedForWhoKnowsAsciiOnly() {
    Map<String, String> utf8 = Map.of("ORCPT", "utf-8;j\u00fcrgen@b");
    assertThat(rcpt(utf8, EVERYTHING)).isEqualTo("RCPT TO:<a@b> ORCPT=utf-8;j\u00fcrgen@b\r\n");
    assertThat(rcpt(utf8, new Offer(Set.of("DSN"))))
        .isEqualTo("RCPT TO:<a@b> ORCPT=utf-8;j\\x{FC}rgen@b\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\nRSET", "x y", "x\ty", "", "x\u0000", "x\ny"})
  void parameter_thatIsNotOneArgument_isLeftOut(String value) {
    assertThat(mail(Map.of("ENVID", value), false, EVERYTHING))
        .isEqualTo("MAIL FROM:<sender@example.org> SIZE=123\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b\r\nDATA",
        "a@b\r",
        "a\n@b",
        "a@b> NOTIFY=NEVER",
        "a b@c",
        "<a@b>",
        "\"a\r\n\"@b",
        "\"a\\\n\"@b",
        "\"a\\",
        "\"a@b",
        "a\u0000@b",
        "a\u007f@b"
      })
  void address_thatCouldEndTheArgument_isNone(String address) {
    assertThat(Commands.isAddress(address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a@b", "a+x@b", "\"a > b\"@c", "\"a\\\"\\>\"@c", "u@[IPv6:::1]", "jürgen@b"})
  void address_ofAnyKind_isOne(String address) {
    assertThat(Commands.isAddress(address)).isTrue();
  }
}
