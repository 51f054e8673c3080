package org.holdfast.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {

  private static final String HASH =
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; // printf secret

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
    Caller caller = tokens.find("secret", "127.0.0.1").orElseThrow();
    assertThat(caller.name()).isEqualTo("imap5");
    assertThat(caller.role()).isEqualTo(Role.BACKEND);
    assertThat(caller.pairs()).containsExactlyInAnyOrder("p1", "p2");
    assertThat(tokens.find("secret ", "127.0.0.1")).isEmpty();
    assertThat(tokens.find(HASH, "127.0.0.1")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "tokens: [ | not YAML",
        "tokens: 5 | expected 'tokens:'",
        "tokens: [ 5 ] | token 1: expected",
        "tokens: [ { name: a, role: viewer } ] | 'sha256' is missing",
        "tokens: [ { name: a, sha256: abc, role: viewer } ] | 64 hex digits",
        "tokens: [ { name: a, sha256: H, role: boss } ] | role must be",
        "tokens: [ { name: a, sha256: H, role: backend } ] | 'pairs' goes with",
        "tokens: [ { name: a, sha256: H, role: viewer, pairs: [p] } ] | 'pairs' goes with",
        "tokens: [ { name: a, sha256: H, role: viewer, key: 1 } ] | unknown key 'key'",
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
