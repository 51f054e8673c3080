package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** BODY=BINARYMIME at the doors (RFC 3030 section 3). */
class BinaryMimeIT {

  private static final String MAIL = "MAIL FROM:<a@b.de> BODY=BINARYMIME\r\nRCPT TO:<a@x.org>\r\n";

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();

  @FunctionalInterface
  private interface Talk {
    void with(Client client) throws IOException;
  }

  private void talk(Dialect dialect, Talk talk) throws IOException {
    try (RunningServer server = new RunningServer(RunningServer.settings(dialect, spool), inbound);
        Client client = server.client()) {
      client.send((dialect == Dialect.LMTP ? "LHLO" : "EHLO") + " c\r\n");
      String line = client.line();
      boolean binary = false;
      boolean chunking = false;
      while (line.startsWith("250-")) {
        line = client.line();
        binary |= line.substring(4).equals("BINARYMIME");
        chunking |= line.substring(4).equals("CHUNKING");
      }
      assertThat(binary && chunking).isTrue();
      talk.with(client);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void anyOctets_inChunks_areKeptOctetForOctet(Dialect dialect) throws IOException {
    byte[] octets = new byte[300_000]; // more than stays in memory
    new Random(1).nextBytes(octets);
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    talk(
        dialect,
        client -> {
          client.send(MAIL + "BDAT 1\r\n" + text.charAt(0));
          client.send("BDAT 199999\r\n" + text.substring(1, 200_000));
          client.send("BDAT 100000 LAST\r\n" + text.substring(200_000) + "NOOP\r\n");
          for (String code : "250 250 250 250".split(" ", -1)) {
            assertThat(client.reply()).startsWith(code);
          }
          assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
          assertThat(client.reply()).isEqualTo("250 2.0.0 OK");
        });
    assertThat(inbound.taken.getFirst().sent().equals(text)).isTrue();
    assertThat(inbound.taken.getFirst().envelope().parameters())
        .containsEntry("BODY", "BINARYMIME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\r", "\n", "\0", ".\r\n", "a\r\n.\r\nb", "\r\n.\r\nMAIL FROM:<x@y>"})
  void fewOctets_ofEveryKind_areOneMessage(String octets) throws IOException {
    talk(
        Dialect.SMTP,
        client -> {
          client.send(MAIL + "BDAT " + octets.length() + " LAST\r\n" + octets + "NOOP\r\n");
          assertThat(client.reply()).startsWith("250");
          assertThat(client.reply()).startsWith("250");
          assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
          assertThat(client.reply()).isEqualTo("250 2.0.0 OK");
        });
    assertThat(inbound.taken).hasSize(1);
    assertThat(inbound.taken.getFirst().sent()).isEqualTo(octets);
  }

  @Test
  void data_isRefusedAndChunksStillGo() throws IOException {
    talk(
        Dialect.SMTP,
        client -> {
          client.send(MAIL + "DATA\r\nBDAT 1 LAST\r\n\0");
          for (String code : "250 250 503 250".split(" ", -1)) {
            assertThat(client.reply()).startsWith(code);
          }
        });
    assertThat(inbound.taken.getFirst().sent()).isEqualTo("\0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " BODY=7BIT", " BODY=8BITMIME"})
  void otherBodies_inChunks_areStillChecked(String body) throws IOException {
    for (String octets : new String[] {"a\0b\r\n", "a\rb\r\n", "a\nb\r\n"}) {
      talk(
          Dialect.SMTP,
          client -> {
            client.send("MAIL FROM:<a@b.de>" + body + "\r\nRCPT TO:<a@x.org>\r\n");
            client.send("BDAT 5 LAST\r\n" + octets);
            assertThat(client.reply()).startsWith("250");
            assertThat(client.reply()).startsWith("250");
            assertThat(client.reply()).startsWith("554 5.6.0");
            assertThat(client.reply()).isEqualTo("closed");
          });
    }
    assertThat(inbound.taken).isEmpty();
  }

  @Test
  void nextMessage_isNotBinaryByItself() throws IOException {
    talk(
        Dialect.SMTP,
        client -> {
          client.send(MAIL + "RSET\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\n");
          client.send("BDAT 1 LAST\r\n\0");
          for (String code : "250 250 250 250 250 554".split(" ", -1)) {
            assertThat(client.reply()).startsWith(code);
          }
        });
  }
}
