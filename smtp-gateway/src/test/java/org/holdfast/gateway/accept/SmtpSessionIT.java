package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SMTP sessions read as transcripts. */
class SmtpSessionIT {

  @TempDir Path spool;
  private final FakeInbound inbound = new FakeInbound();
  private RunningServer server;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    server = new RunningServer(RunningServer.settings(Dialect.SMTP, spool), inbound);
    client = server.client();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    server.close();
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void message_plain_isHandedOverOctetForOctet() throws IOException {
    assertThat(client.say("EHLO mx1.example.com")).startsWith("250 ");
    assertThat(client.say("MAIL FROM:<s@example.com> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=q+2B1"))
        .startsWith("250 2.1.0");
    assertThat(client.say("RCPT TO:<a@example.org> NOTIFY=NEVER ORCPT=rfc822;a@example.org"))
        .startsWith("250 2.1.5");
    assertThat(client.say("DATA")).startsWith("354 ");
    assertThat(client.say("Subject: x\r\n\r\n..dot\r\n\u00e4\r\n.")).startsWith("250 2.0.0 OK id=");
    assertThat(client.say("QUIT")).startsWith("221 2.0.0");
    assertThat(client.reply()).isEqualTo("closed");

    FakeInbound.Taken taken = inbound.taken.getFirst();
    assertThat(taken.sent()).isEqualTo("Subject: x\r\n\r\n.dot\r\n\u00e4\r\n");
    assertThat(taken.content())
        .startsWith(
            "Received: from mx1.example.com ([127.0.0.1])\r\n\tby gw.example.org with ESMTP id ")
        .contains("\tfor <a@example.org>;\r\n")
        .contains("X-Holdfast-Id: " + taken.envelope().id() + "\r\n");
    assertThat(taken.envelope().client()).isEqualTo("mx1.example.com [127.0.0.1]");
    assertThat(taken.envelope().reversePath()).isEqualTo("s@example.com");
    assertThat(taken.envelope().parameters())
        .containsOnly(
            java.util.Map.entry("BODY", "8BITMIME"),
            java.util.Map.entry("RET", "HDRS"),
            java.util.Map.entry("ENVID", "q+2B1"));
    assertThat(taken.recipients().getFirst().parameters())
        .containsEntry("NOTIFY", "NEVER")
        .containsEntry("ORCPT", "rfc822;a@example.org");
  }

  @Test
  void pipelined_twoMessagesAtOnce_repliesInOrder() throws IOException {
    client.send(
        "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<later@example.org>\r\nRCPT TO:<nobody@example.org>\r\n"
            + "DATA\r\nfirst\r\n.\r\nMAIL FROM:<b@c.de>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
            + "second\r\n.\r\nQUIT\r\n");
    for (String code : "250 250 250 550 354 250 250 250 354 250 221".split(" ")) {
      assertThat(client.reply()).startsWith(code);
    }
    assertThat(inbound.taken)
        .extracting(FakeInbound.Taken::sent)
        .containsExactly("first\r\n", "second\r\n");
  }
}
