package org.holdfast.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "rsa.crt, rsa.key, RSA",
    "rsa.crt, rsa.pkcs1.key, RSA",
    "ec.crt, ec.key, EC",
    "ec.crt, ec.sec1.key, EC",
    "ed25519.crt, ed25519.key, EdDSA"
  })
  void pair_ofEveryForm_isRead(String certificate, String key, String algorithm) throws Exception {
    Credentials read = Credentials.read(Pems.of(certificate), Pems.of(key));

    assertThat(read.key().getAlgorithm()).isEqualTo(algorithm);
    assertThat(read.chain()).hasSize(1);
    assertThat(read.notAfter()).isAfter(Instant.parse("2126-01-01T00:00:00Z"));
  }

  @Test
  void oneFile_withChainAndKeyAndWordsBetween_isRead() throws Exception {
    Path all =
        Files.writeString(
            folder.resolve("all.pem"),
            "subject: us\n"
                + Files.readString(Pems.of("ec.key"))
                + Files.readString(Pems.of("ec.crt"))
                + "the issuer\n"
                + Files.readString(Pems.of("ca.crt")));

    assertThat(Credentials.read(all, all).chain()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.crt, ec.key, 'the key does not belong to the certificate in'",
    "ec.crt, client.key, 'the key does not belong to the certificate in'",
    "ec.crt, ed25519.key, 'the key does not belong to the certificate in'",
    "ec.key, ec.key, 'there is no certificate in it'",
    "ec.crt, ec.crt, 'there is no private key in it'",
    "ec.crt, encrypted.key, 'the key is encrypted; the gateway starts without a person to ask'",
    "rsa.crt, encrypted.pkcs1.key, 'the key is encrypted'"
  })
  void pair_thatCannotBeUsed_isNamed(String certificate, String key, String why) {
    assertThatThrownBy(() -> Credentials.read(Pems.of(certificate), Pems.of(key)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(": " + why);
  }

  @Test
  void files_cutAnywhere_areRefusedClearly() throws Exception {
    for (String name : new String[] {"ec.crt", "ec.sec1.key", "rsa.pkcs1.key", "ed25519.key"}) {
      String whole = Files.readString(Pems.of(name));
      String certificate = name.substring(0, name.indexOf('.')) + ".crt";
      for (int end = 0; end < whole.length() - 2; end += 13) {
        Path cut = Files.writeString(folder.resolve("cut.pem"), whole.substring(0, end));
        assertThatThrownBy(() ->
                Credentials.read(
                    name.endsWith(".crt") ? cut : Pems.of(certificate),
                    name.endsWith(".crt") ? Pems.of("ec.key") : cut))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("cut.pem: ");
      }
    }
  }

  @Test
  void files_withOneOctetChanged_areNeverAnythingButRefusedOrTheSame() throws Exception {
    String whole = Files.readString(Pems.of("ec.sec1.key"));
    for (int i = 0; i < whole.length(); i += 7) {
      char other = whole.charAt(i) == 'A' ? 'B' : 'A';
      Path changed =
          Files.writeString(
              folder.resolve("changed.pem"),
              whole.substring(0, i) + other + whole.substring(i + 1));
      try {
        assertThat(Credentials.read(Pems.of("ec.crt"), changed).key().getAlgorithm())
            .isEqualTo("EC");
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("changed.pem: ");
      }
    }
  }

  @Test
  void file_missing_isSaid() {
    assertThatThrownBy(() -> Credentials.read(Path.of("no/such.pem"), Pems.of("ec.key")))
        .hasMessage("no/such.pem: there is no such file");
  }
}
