package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.reply.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RFC 2033: LHLO, and one reply for each accepted recipient. */
class LmtpSessionIT {

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();

  @Test
  void message_twoRecipients_hasTwoReplies() throws IOException {
    try (RunningServer server =
            new RunningServer(RunningServer.settings(Dialect.LMTP, spool), inbound);
        Client client = server.client()) {
      assertThat(client.say("EHLO c")).startsWith("500 ");
      assertThat(client.say("HELO c")).startsWith("500 ");
      assertThat(client.say("LHLO c")).startsWith("250 ");
      assertThat(client.say("MAIL FROM:<>")).startsWith("250 ");
      assertThat(client.say("RCPT TO:<nobody@x.org>")).startsWith("550 5.1.1");
      assertThat(client.say("DATA")).startsWith("503 5.5.1");
      assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250 ");
      assertThat(client.say("RCPT TO:<later@x.org>")).startsWith("250 ");
      assertThat(client.say("DATA")).startsWith("354 ");
      client.send("x\r\n.\r\nNOOP\r\n");
      assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
      assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
      assertThat(client.reply()).isEqualTo("250 2.0.0 OK");
      assertThat(inbound.taken.getFirst().content())
          .contains(" with LMTP id ")
          .doesNotContain("for <");
    }
  }

  @Test
  void content_refused_hasOneReplyForEachRecipient() throws IOException {
    try (RunningServer server =
            new RunningServer(RunningServer.settings(Dialect.LMTP, spool), inbound);
        Client client = server.client()) {
      client.send(
          "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.org>\r\nRCPT TO:<b@x.org>\r\nDATA\r\nx\ny\r\n.\r\nNOOP\r\n");
      for (String code : "250 250 250 250 354 554 554 closed".split(" ", -1)) {
        assertThat(client.reply()).startsWith(code);
      }
      assertThat(inbound.taken).isEmpty();
    }
  }

  @Test
  void verdict_failed_isTemporary() throws IOException {
    inbound.decision =
        envelope -> CompletableFuture.<Reply>failedFuture(new IOException("/secret"));
    try (RunningServer server =
            new RunningServer(RunningServer.settings(Dialect.LMTP, spool), inbound);
        Client client = server.client()) {
      client.send("LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<a@x.org>\r\nDATA\r\nx\r\n.\r\n");
      for (String code : "250 250 250 354".split(" ", -1)) {
        assertThat(client.reply()).startsWith(code);
      }
      assertThat(client.reply()).isEqualTo("451 4.3.0 Internal trouble, try again later");
    }
  }
}
