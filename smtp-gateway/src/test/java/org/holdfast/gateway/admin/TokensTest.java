package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.holdfast.gateway.admin.Tokens.Found;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {

  private static final String HASH =
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; // printf secret

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path folder;

  private Tokens read(String yaml) throws IOException {
    Path file = folder.resolve("tokens.yaml");
    Files.writeString(file, yaml);
    return Tokens.of("operator-token", file.toString());
  }

  @Test
  void backend_inTheFile_isFoundWithItsPairs() throws Exception {
    Tokens tokens =
        read("tokens:\n- { name: imap5, sha256: " + HASH + ", role: backend, pairs: [p1, p2] }");
    Caller caller = ((Found.Good) find(tokens, "secret")).caller();
    assertThat(caller.name()).isEqualTo("imap5");
    assertThat(caller.role()).isEqualTo(Role.BACKEND);
    assertThat(caller.pairs()).containsExactlyInAnyOrder("p1", "p2");
    assertThat(find(tokens, "secret ")).isInstanceOf(Found.Wrong.class);
    assertThat(find(tokens, HASH)).isInstanceOf(Found.Wrong.class);
  }

  private static Found find(Tokens tokens, String token) {
    return tokens.find(token, "127.0.0.1", NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T12:00:01Z,true",
    "2026-11-22T12:00:00Z,false",
    "2026-11-22,true", // to the end of the day
    "2026-11-21,false",
    "'',true",
  })
  void token_thatExpires_isGoodUntilThen(String expires, boolean good) throws Exception {
    Tokens tokens =
        read(
            "tokens: [ { name: a, sha256: "
                + HASH
                + ", role: viewer, expires: '"
                + expires
                + "' } ]");
    assertThat(find(tokens, "secret")).isInstanceOf(good ? Found.Good.class : Found.Expired.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokens: [ | not YAML",
        "tokens: 5 | :1: tokens[1]: keys with values are expected",
        "token: [] | :1: token: unknown key",
        "tokens: [ 5 ] | :1: tokens[1]: keys",
        "tokens: [ { name: a, role: viewer } ] | has no sha256",
        "tokens: [ { name: a, sha256: abc, role: viewer } ] | 64 hex digits",
        "tokens: [ { name: a, sha256: H, role: boss } ] | role must be",
        "tokens: [ { name: a, sha256: H, role: backend } ] | 'pairs' goes with",
        "tokens: [ { name: a, sha256: H, role: viewer, pairs: [p] } ] | 'pairs' goes with",
        "tokens: [ { name: a, sha256: H, role: viewer, key: 1 } ] | tokens[1].key: unknown key",
        "tokens: [ { name: a, sha256: H, role: viewer, expires: soon } ] | :1: tokens[1].expires",
        "tokens: [ { name: 'a b', sha256: H, role: viewer } ] | without blanks",
        "tokens: [ { name: operator, sha256: H, role: viewer } ] | taken already",
      })
  void file_thatIsWrong_isRefusedWithItsName(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("H", HASH)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tokens.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void file_thatIsNotThere_isRefused() {
    assertThatThrownBy(() -> Tokens.of("x", folder.resolve("none.yaml").toString()))
        .isInstanceOf(IOException.class);
  }
}
