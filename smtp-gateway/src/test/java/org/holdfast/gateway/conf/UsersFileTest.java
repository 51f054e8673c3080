package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.holdfast.gateway.sasl.Verifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsersFileTest {

  private static final String VERIFIER =
      Verifier.of("pencil".toCharArray(), new SecureRandom()).written();

  @TempDir Path folder;

  @Test
  void lines_areRead() throws Exception {
    Path file =
        users("# our upstreams\nmx1: '" + VERIFIER + "'\n\"mx 2@x.org\": \"" + VERIFIER + "\"\n");

    assertThat(UsersFile.read(file).size()).isEqualTo(2);
    assertThat(UsersFile.read(users("")).size()).isZero();
  }

  @Test
  void password_inClear_isRefusedByLineAndNeverQuoted() throws Exception {
    Path file = users("mx1: '" + VERIFIER + "'\nmx2: open-sesame\n");

    assertThatThrownBy(() -> UsersFile.read(file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(file + ":2: mx2: SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey")
        .message()
        .doesNotContain("sesame");
  }

  @Test
  void name_twice_isRefused() throws Exception {
    Path file = users("mx1: '" + VERIFIER + "'\nmx1: '" + VERIFIER + "'\n");

    assertThatThrownBy(() -> UsersFile.read(file))
        .hasMessageContaining(":2: mx1: stands here twice");
  }

  @Test
  void file_missing_isSaid() {
    assertThatThrownBy(() -> UsersFile.read(folder.resolve("none")))
        .hasMessageEndingWith("none: there is no such file");
  }

  private Path users(String text) throws Exception {
    return Files.writeString(folder.resolve("users.yaml"), text);
  }
}
