package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.holdfast.gateway.path.Inbound.Answering;
import org.holdfast.gateway.path.Inbound.Verdict;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever is named twice gets the message once, and everybody who asked hears of it. */
class FinalRecipientsTest {

  private static final Envelope ENVELOPE =
      new Envelope("ID1", "s@x", Instant.EPOCH, "mx", Map.of());

  private static Recipient to(String address, String original, String... parameters) {
    Map<String, String> given = new java.util.HashMap<>();
    for (int i = 0; i < parameters.length; i += 2) {
      given.put(parameters[i], parameters[i + 1]);
    }
    return new Recipient(address, address.replaceFirst("\\+.*@", "@"), original, given);
  }

  private static FinalRecipients of(Recipient... named) {
    return FinalRecipients.of(List.of(named));
  }

  @Test
  void sameAddress_isThereOnce_underTheFirstName() {
    FinalRecipients all =
        of(to("a@x", "A@x"), to("b@x", "b@x"), to("a@x", "alias@x"), to("a@x", "A@x"));
    assertThat(all.differ()).isFalse();
    assertThat(all.once()).containsExactly(to("a@x", "A@x"), to("b@x", "b@x"));
  }

  @Test
  void subaddresses_stayDifferent() {
    FinalRecipients all = of(to("a@x", "a@x"), to("a+one@x", "a+one@x"), to("a+two@x", "a+two@x"));
    assertThat(all.differ()).isTrue();
    assertThat(all.once()).hasSize(3);
  }

  @Test
  void sameAddress_anotherWay_staysDifferent() {
    Recipient elsewhere = new Recipient("a@x", "a@x>smarthost", "a@x", Map.of());
    assertThat(of(to("a@x", "a@x"), elsewhere).once()).hasSize(2);
  }

  @Test
  void lmtp_hearsTheSameForAllThatShareIt() {
    FinalRecipients all =
        of(to("a@x", "a@x"), to("b@x", "b@x"), to("a@x", "c@x"), to("b@x", "d@x"));
    Reply a = new Reply(250, "2.0.0", "a");
    Reply b = new Reply(452, "4.2.2", "b");
    assertThat(all.verdict(new Verdict(List.of(a, b)), ENVELOPE, Answering.EACH).replies())
        .containsExactly(a, b, a, b);
    assertThat(all.verdict(new Verdict(List.of(a)), ENVELOPE, Answering.ONCE).replies())
        .containsExactly(a);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, -",
        "-, NEVER, -",
        "NEVER, -, -",
        "-, FAILURE, -",
        "-, SUCCESS, 'DELAY,FAILURE,SUCCESS'",
        "'SUCCESS,DELAY', -, 'DELAY,FAILURE,SUCCESS'",
        "NEVER, NEVER, NEVER",
        "NEVER, SUCCESS, SUCCESS",
        "FAILURE, NEVER, FAILURE",
        "'SUCCESS,FAILURE', 'DELAY,FAILURE', 'DELAY,FAILURE,SUCCESS'",
      })
  void notify_isWhatEitherAskedFor(String one, String other, String both) {
    Recipient first = one == null ? to("a@x", "1") : to("a@x", "1", "NOTIFY", one);
    Recipient again = other == null ? to("a@x", "2") : to("a@x", "2", "NOTIFY", other);
    Recipient merged = of(first, again).once().getFirst();
    String told = merged.parameters().get("NOTIFY");
    assertThat(told == null ? null : sorted(told)).isEqualTo(both);
  }

  private static String sorted(String list) {
    return String.join(",", Arrays.stream(list.split(",", -1)).sorted().toList());
  }

  @Test
  void orcpt_isTheFirstThatWasGiven() {
    Recipient one = to("a@x", "1", "ORCPT", "rfc822;one@x");
    Recipient two = to("a@x", "2", "ORCPT", "rfc822;two@x");
    assertThat(of(one, two).once().getFirst().parameters()).containsEntry("ORCPT", "rfc822;one@x");
    assertThat(of(to("a@x", "0"), two, one).once().getFirst().parameters())
        .containsEntry("ORCPT", "rfc822;two@x");
  }
}
