package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.holdfast.gateway.conf.UsersFile;
import org.holdfast.gateway.tls.Pems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} of certificates and accounts, and {@code password}, which writes accounts. */
class DoorFilesTest {

  @TempDir Path folder;
  private final Cli cli = new Cli();

  @Test
  void check_keyOfAnotherCertificate_isSaidByFileAndReason() throws Exception {
    assertThat(
            check(
                "tls: { certificate: " + Pems.of("ec.crt") + ", key: " + Pems.of("rsa.key") + " }"))
        .isEqualTo(2);
    assertThat(cli.err.toString())
        .contains("holdfast.yaml:1: smtp.tls: ", "rsa.key: the key does not belong to")
        .hasLineCount(1);
  }

  @Test
  void check_brokenAccounts_areSaidByFileAndLine() throws Exception {
    Path users = Files.writeString(folder.resolve("users.yaml"), "# x\nmx1: secret\n");

    assertThat(check("auth: { users: " + users + " }")).isEqualTo(2);
    assertThat(cli.err.toString()).contains("users.yaml:2: mx1: SCRAM").doesNotContain("secret");
  }

  @Test
  void check_accountsWithoutACertificate_warns() throws Exception {
    Path users = Files.createFile(folder.resolve("users.yaml"));

    assertThat(check("auth: { users: " + users + " }")).isZero();
    assertThat(cli.err.toString())
        .contains("smtp.auth.users: there is no account in it", "PLAIN is never offered");
  }

  @Test
  void check_goodFiles_isQuiet() throws Exception {
    String tls =
        "tls: { certificate: "
            + Pems.of("ec.crt")
            + ", key: "
            + Pems.of("ec.sec1.key")
            + ", client-ca: "
            + Pems.of("ca.crt")
            + " }";

    assertThat(check(tls)).isZero();
    assertThat(cli.err.toString()).isEmpty();
  }

  @Test
  void password_fromInput_printsALineThatIsRead() throws Exception {
    assertThat(password("open sesame\r\nmore\n", "mx1")).isZero();
    Path users = Files.writeString(folder.resolve("users.yaml"), cli.out.toString());

    assertThat(cli.out.toString()).startsWith("\"mx1\": \"SCRAM-SHA-256$").hasLineCount(1);
    assertThat(UsersFile.read(users).size()).isEqualTo(1);
  }

  @Test
  void password_noneOrABadName_isRefused() {
    assertThat(password("", "mx1")).isEqualTo(1);
    assertThat(password("\n", "mx1")).isEqualTo(1);
    assertThat(password("x".repeat(1025) + "\n", "mx1")).isEqualTo(1);
    assertThat(password("x\n", "a\"b")).isEqualTo(1);
    assertThat(cli.out.toString()).isEmpty();
  }

  private int check(String door) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("holdfast.yaml"), "smtp: { " + door + " }\nmap: { load: '' }\n");
    return cli.run("check", "--config", config.toString());
  }

  private int password(String input, String name) {
    InputStream usual = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return cli.run("password", name);
    } finally {
      System.setIn(usual);
    }
  }
}
