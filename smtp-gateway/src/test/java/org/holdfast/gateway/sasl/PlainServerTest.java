package org.holdfast.gateway.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainServerTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Accounts ACCOUNTS =
      new Accounts(
          Map.of("j\u00fcrgen", Verifier.of("s\u00e9same 1".toCharArray(), new byte[16], 4096)),
          RANDOM);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0j\u00fcrgen\0s\u00e9same 1",
        "j\u00fcrgen\0j\u00fcrgen\0s\u00e9same 1",
        "\0ju\u0308rgen\0se\u0301same\u00a01"
      })
  void password_right_isDone(String words) throws Exception {
    assertThat(say(words)).isEqualTo(new Mechanism.Step.Done("j\u00fcrgen"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\0",
        "\0\0",
        "\0j\u00fcrgen",
        "\0j\u00fcrgen\0",
        "\0j\u00fcrgen\0sesame 1",
        "\0j\u00fcrgen\0s\u00e9same 1\0",
        "\0nobody\0s\u00e9same 1",
        "\0\0s\u00e9same 1",
        "boss\0j\u00fcrgen\0s\u00e9same 1",
        "\0J\u00fcrgen\0s\u00e9same 1",
        "\0j\u00fcrgen\0S\u00e9same 1"
      })
  void password_wrong_failsAndTellsNothing(String words) {
    assertThatThrownBy(() -> say(words))
        .isInstanceOf(LoginFailedException.class)
        .message()
        .doesNotContain("same 1", "rgen");
  }

  @Test
  void octets_notUtf8_fail() {
    assertThatThrownBy(() -> new PlainServer(ACCOUNTS).next(new byte[] {0, (byte) 0xE9, 0, 'x'}))
        .isInstanceOf(LoginFailedException.class);
  }

  @Test
  void verifier_written_isReadAgain() throws Exception {
    Verifier verifier = Verifier.of("x y".toCharArray(), RANDOM);
    Accounts accounts = new Accounts(Map.of("mx1", Verifier.parse(verifier.written())), RANDOM);

    assertThat(verifier.written()).startsWith("SCRAM-SHA-256$32768:").doesNotContain("x y");
    assertThat(verifier.toString()).isEqualTo("verifier");
    assertThat(
            accounts
                .mechanism("plain", RANDOM)
                .orElseThrow()
                .next("\0mx1\0x y".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(new Mechanism.Step.Done("mx1"));
    assertThat(accounts.mechanism("LOGIN", RANDOM)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "{PLAIN}secret",
        "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA",
        "SCRAM-SHA-256$4095:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
      })
  void verifier_ofAnotherForm_isRefusedWithoutBeingQuoted(String text) {
    assertThatThrownBy(() -> Verifier.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret", "WG5d");
  }

  @Test
  void accounts_twoSpellingsOfOneName_areRefused() {
    Verifier verifier = Verifier.of("x".toCharArray(), new byte[16], 4096);

    assertThatThrownBy(() -> new Accounts(Map.of("\u00fc", verifier, "u\u0308", verifier), RANDOM))
        .hasMessageContaining("twice in two spellings");
  }

  private static Mechanism.Step say(String words) throws LoginFailedException {
    return new PlainServer(ACCOUNTS).next(words.getBytes(StandardCharsets.UTF_8));
  }
}
