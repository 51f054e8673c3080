package org.holdfast.gateway.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScramServerTest {

  private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

  /** RFC 7677 section 3. */
  @Test
  void exchange_ofTheRfc_isAsThere() throws Exception {
    ScramServer server = server("user");

    assertThat(say(server, FIRST))
        .isEqualTo(
            new Mechanism.Step.Challenge("r=" + NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"));
    assertThat(say(server, "c=biws,r=" + NONCE + ",p=" + PROOF))
        .isEqualTo(new Mechanism.Step.Challenge("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    assertThat(say(server, "")).isEqualTo(new Mechanism.Step.Done("user"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        ",,,",
        "n,,",
        "n,,n=user",
        "n,,r=abc,n=user",
        "p=tls-unique,,n=user,r=abc",
        "n,a=other,n=user,r=abc",
        "n,x,n=user,r=abc",
        "n,,n=,r=abc",
        "n,,n=us=er,r=abc",
        "n,,n=us=2cer,r=abc",
        "n,,n=user,r=",
        "n,,m=ext,n=user,r=abc",
        "N,,n=user,r=abc"
      })
  void firstMessage_wrong_fails(String message) {
    assertThatThrownBy(() -> say(server("user"), message)).isInstanceOf(LoginFailedException.class);
  }

  @Test
  void firstMessage_endlessNonce_fails() {
    assertThatThrownBy(() -> say(server("user"), "n,,n=user,r=" + "x".repeat(129)))
        .isInstanceOf(LoginFailedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "c=biws",
        "c=biws,r=" + NONCE,
        "c=biws,r=" + NONCE + ",p=",
        "c=biws,r=" + NONCE + ",p=AAAA",
        "c=biws,r=" + NONCE + ",p=?",
        "c=eSws,r=" + NONCE + ",p=" + PROOF,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO,p=" + PROOF,
        "c=biws,r=" + NONCE + "x,p=" + PROOF,
        "c=biws,r=" + NONCE + ",x=y,p=" + PROOF,
        "c=biws,r=" + NONCE + ",p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
      })
  void proof_wrong_fails(String message) throws Exception {
    ScramServer server = server("user");
    say(server, FIRST);

    assertThatThrownBy(() -> say(server, message)).isInstanceOf(LoginFailedException.class);
  }

  @Test
  void proof_ofSomebodyUnknown_failsAfterTheSameChallengeEachTime() throws Exception {
    Accounts accounts = accounts("somebody else");
    ScramServer server = new ScramServer(accounts, () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    Mechanism.Step challenge = say(server, FIRST);

    assertThat(say(new ScramServer(accounts, () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"), FIRST))
        .isEqualTo(challenge);
    assertThat(challenge.toString()).contains(",i=4096");
    assertThatThrownBy(() -> say(server, "c=biws,r=" + NONCE + ",p=" + PROOF))
        .isInstanceOf(LoginFailedException.class)
        .hasMessage("wrong name or password");
  }

  @Test
  void end_withMoreWords_fails() throws Exception {
    ScramServer server = server("user");
    say(server, FIRST);
    say(server, "c=biws,r=" + NONCE + ",p=" + PROOF);

    assertThatThrownBy(() -> say(server, "x")).isInstanceOf(LoginFailedException.class);
  }

  @Test
  void name_withCommaAndEquals_isDecoded() throws Exception {
    ScramServer server = server("a,b=c");

    say(server, "n,,n=a=2Cb=3Dc,r=abc");
    assertThat(
            new ScramServer(accounts("a,b=c"), () -> "x")
                .next("n,a=a=2Cb=3Dc,n=a=2Cb=3Dc,r=abc".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(Mechanism.Step.Challenge.class);
  }

  private static ScramServer server(String name) {
    return new ScramServer(accounts(name), () -> "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
  }

  private static Accounts accounts(String name) {
    byte[] salt = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    Verifier verifier = Verifier.of("pencil".toCharArray(), salt, 4096);
    return new Accounts(Map.of(name, verifier), new SecureRandom());
  }

  private static Mechanism.Step say(ScramServer server, String message)
      throws LoginFailedException {
    return server.next(message.getBytes(StandardCharsets.UTF_8));
  }
}
