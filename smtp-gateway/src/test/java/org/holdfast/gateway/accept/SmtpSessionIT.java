package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
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
    List<String> lines =
        List.of(
            "EHLO c",
            "MAIL FROM:<>",
            "RCPT TO:<later@example.org>",
            "RCPT TO:<nobody@example.org>",
            "DATA",
            "first",
            ".",
            "MAIL FROM:<b@c.de>",
            "RCPT TO:<b@example.org>",
            "DATA",
            "second",
            ".",
            "QUIT",
            "");
    client.send(String.join("\r\n", lines));
    for (String code : "250 250 250 550 354 250 250 250 354 250 221".split(" ", -1)) {
      assertThat(client.reply()).startsWith(code);
    }
    assertThat(inbound.taken)
        .extracting(FakeInbound.Taken::sent)
        .containsExactly("first\r\n", "second\r\n");
  }

  @Test
  void wrongEndsOfData_neverMakeTwoMessages() throws IOException {
    String[] wrong = {
      "\n.\n",
      "\n.\r\n",
      "\r.\r",
      "\r\n.\n",
      "\r\n.\r",
      "\r.\r\n",
      "\n.\r",
      "\r\n.\r\r\n",
      "\r\n\0.\r\n",
      "\n\n.\r\n",
      "\r\r\n.\r\r\n",
      "\n.\n\n",
      "\r\n.\0\r\n"
    };
    for (String end : wrong) {
      try (Client other = server.client()) {
        other.send(
            "EHLO c\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\nDATA\r\nSubject: 1\r\n\r\nx");
        other.send(
            end + "MAIL FROM:<evil@b.de>\r\nRCPT TO:<victim@x.org>\r\nDATA\r\nsmuggled\r\n.\r\n");
        for (String code : "250 250 250 354 554 closed".split(" ", -1)) {
          assertThat(other.reply()).startsWith(code);
        }
      }
    }
    assertThat(inbound.taken).isEmpty();
  }

  @Test
  void body_large_goesThroughAFile() throws IOException {
    String body = ("y".repeat(98) + "\r\n").repeat(9990);
    greet();
    assertThat(client.say("DATA")).startsWith("354 ");
    assertThat(client.send(body + ".\r\n").reply()).startsWith("250 2.0.0 OK");
    assertThat(inbound.taken.getFirst().sent()).isEqualTo(body);
  }

  @Test
  void body_tooLarge_isReadAwayAndRefused() throws IOException {
    assertThat(client.say("EHLO c")).startsWith("250");
    assertThat(client.say("MAIL FROM:<> SIZE=1000001")).startsWith("552 5.3.4");
    assertThat(client.say("MAIL FROM:<> SIZE=1000000")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
    assertThat(client.say("DATA")).startsWith("354 ");
    String line = "y".repeat(98) + "\r\n";
    assertThat(client.send(line.repeat(10_000) + "z\r\n.\r\n").reply()).startsWith("552 5.3.4");
    assertThat(client.say("NOOP")).startsWith("250");
    greet();
    assertThat(client.say("DATA")).startsWith("354 ");
    assertThat(client.send(line.repeat(10_000) + ".\r\n").reply()).startsWith("250 ");
  }

  @Test
  void chunks_makeOneMessage() throws IOException {
    greet();
    client.send("BDAT 7\r\na\r\n.\r\nbBDAT 0\r\nBDAT 4 LAST\r\n\r\nccNOOP\r\n");
    assertThat(client.reply()).startsWith("250 2.0.0");
    assertThat(client.reply()).startsWith("250 2.0.0");
    assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
    assertThat(client.reply()).isEqualTo("250 2.0.0 OK");
    assertThat(inbound.taken.getFirst().sent()).isEqualTo("a\r\n.\r\nb\r\ncc\r\n");
  }

  @Test
  void chunks_thatEndBetweenCrAndLf_makeTheSameMessage() throws IOException {
    greet();
    client.send("BDAT 5\r\nS: a\rBDAT 8 LAST\r\n\n\r\nabc\r\n");
    assertThat(client.reply()).startsWith("250 2.0.0");
    assertThat(client.reply()).startsWith("250 2.0.0 OK id=");
    assertThat(inbound.taken.getFirst().sent()).isEqualTo("S: a\r\n\r\nabc\r\n");
  }

  @Test
  void chunks_thatEndInCr_areRefused() throws IOException {
    greet();
    client.send("BDAT 5 LAST\r\nS: a\r");
    assertThat(client.reply()).startsWith("554 5.6.0");
  }

  @Test
  void lineWithoutEnd_isAnsweredAndLeft() throws IOException {
    client.send("A".repeat(Limits.ENDLESS_LINE + Limits.COMMAND_LINE + 1));
    assertThat(client.reply()).startsWith("500 5.5.2");
    assertThat(client.reply()).isEqualTo("closed");
  }

  @Test
  void chunks_refused_areReadAway() throws IOException {
    client.send("EHLO c\r\nBDAT 6\r\nQUIT\r\nNOOP\r\n");
    assertThat(client.reply()).startsWith("250");
    assertThat(client.reply()).startsWith("503 5.5.1");
    assertThat(client.reply()).isEqualTo("250 2.0.0 OK");
    greet();
    client.send("BDAT 3\r\na\nbDATA\r\nRCPT TO:<b@x.org>\r\nBDAT 0 LAST\r\n");
    for (String code : "250 503 503 554 closed".split(" ", -1)) {
      assertThat(client.reply()).startsWith(code);
    }
  }

  @Test
  void chunk_withoutASize_endsTheSession() throws IOException {
    greet();
    assertThat(client.say("BDAT x")).startsWith("501");
    assertThat(client.reply()).isEqualTo("closed");
  }

  @Test
  void contentWithoutHeader_neverContinuesOurs() throws IOException {
    for (String begin : new String[] {" ", "\t", " \r\n"}) {
      inbound.taken.clear();
      greet();
      assertThat(client.say("DATA")).startsWith("354 ");
      assertThat(client.send(begin + "evil\r\n\r\nx\r\n.\r\n").reply()).startsWith("250 ");
      assertThat(inbound.taken.getFirst().sent()).isEqualTo("\r\n" + begin + "evil\r\n\r\nx\r\n");
    }
    inbound.taken.clear();
    greet();
    client.send("BDAT 0\r\nBDAT 1\r\n BDAT 3 LAST\r\nx\r\n");
    assertThat(client.reply()).startsWith("250 ");
    assertThat(client.reply()).startsWith("250 ");
    assertThat(client.reply()).startsWith("250 ");
    assertThat(inbound.taken.getFirst().sent()).isEqualTo("\r\n x\r\n");
    inbound.taken.clear();
    greet();
    assertThat(client.say("DATA")).startsWith("354 ");
    assertThat(client.send(".. x\r\n y\r\n.\r\n").reply()).startsWith("250 ");
    assertThat(inbound.taken.getFirst().sent()).isEqualTo(". x\r\n y\r\n");
  }

  @Test
  void sequence_wrong_is503() throws IOException {
    assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("503 5.5.1");
    assertThat(client.say("EHLO c")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("503 5.5.1");
    assertThat(client.say("DATA")).startsWith("503 5.5.1");
    assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("250");
    assertThat(client.say("MAIL FROM:<a@b.de>")).startsWith("503 5.5.1");
    assertThat(client.say("DATA")).startsWith("503 5.5.1");
    assertThat(client.say("RSET")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("503 5.5.1");
    assertThat(client.say("DATA x")).startsWith("501 5.5.4");
  }

  @Test
  void commands_wrong_areRefused() throws IOException {
    assertThat(client.say("EHLO")).startsWith("501");
    assertThat(client.say("EHLO " + "x".repeat(300))).startsWith("501");
    assertThat(client.say("EHLO c")).startsWith("250");
    assertThat(client.say("FOO")).startsWith("500 5.5.1");
    assertThat(client.say("VRFY a")).startsWith("252 2.0.0");
    assertThat(client.send("NOOP\n").reply()).startsWith("500 5.5.2");
    assertThat(client.send("NO\rOP\r\n").reply()).startsWith("500 5.5.2");
    assertThat(client.say("NOOP " + "x".repeat(600))).startsWith("500 5.5.2");
    assertThat(client.say("MAIL FROM:<" + "x".repeat(2100) + ">")).startsWith("500 5.5.2");
    assertThat(client.say("MAIL FROM:a@b.de")).startsWith("501 5.1.7");
    assertThat(client.say("MAIL FROM:<a@b.de> FOO=1")).startsWith("555 5.5.4");
    assertThat(client.say("MAIL FROM:<j\u00c3\u00bcrgen@b.de>")).startsWith("553 5.6.7");
    assertThat(client.say("MAIL FROM:<j\u00fcrgen@b.de> SMTPUTF8")).startsWith("500 5.5.2");
    assertThat(client.say("MAIL FROM:<j\u00c3\u00bcrgen@b.de> SMTPUTF8")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org> FOO")).startsWith("555 5.5.4");
    assertThat(client.say("RCPT TO:<>")).startsWith("501 5.1.3");
    assertThat(client.say("RCPT TO:<a>")).startsWith("501 5.1.3");
    assertThat(client.say("RCPT TO:<Postmaster>")).startsWith("250 2.1.5");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250 2.1.5");
    assertThat(client.say("RCPT TO:<b@x.org>")).startsWith("250 2.1.5");
    assertThat(client.say("RCPT TO:<c@x.org>")).startsWith("452 4.5.3");
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.say("x\r\n.")).startsWith("250");
    assertThat(inbound.taken.getFirst().envelope().reversePath()).isEqualTo("j\u00fcrgen@b.de");
    assertThat(inbound.taken.getFirst().content()).contains(" with UTF8SMTP id ");
    assertThat(inbound.taken.getFirst().recipients().getFirst().address())
        .isEqualTo("Postmaster@gw.example.org");
  }

  @Test
  void ehlo_offersWhatIsThere() throws IOException {
    client.send("EHLO c\r\n");
    StringBuilder offered = new StringBuilder();
    String line = client.line();
    while (line.startsWith("250-")) {
      offered.append(line).append('\n');
      line = client.line();
    }
    assertThat(offered.append(line).toString())
        .contains("PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
        .contains("CHUNKING", "DSN")
        .doesNotContain("STARTTLS", "XCLIENT");
    assertThat(client.say("STARTTLS")).startsWith("50");
  }

  @Test
  void hops_aroundTheLimit_areRefusedAboveItOnly() throws IOException {
    greet();
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.send("Received: x\r\n".repeat(99) + "\r\nReceived: x\r\n.\r\n").reply())
        .startsWith("250");
    greet();
    assertThat(client.say("DATA")).startsWith("354");
    assertThat(client.send("Received: x\r\n".repeat(100) + "\r\n.\r\n").reply())
        .startsWith("554 5.4.6");
  }

  @Test
  void errors_tooMany_endTheSession() throws IOException {
    client.send("FOO\r\n".repeat(Limits.ERRORS + 30));
    for (int i = 0; i <= Limits.ERRORS; i++) {
      assertThat(client.reply()).startsWith("500");
    }
    assertThat(client.reply()).startsWith("421 4.7.0");
    assertThat(client.reply()).isEqualTo("closed");
  }

  @Test
  void connections_tooMany_areTurnedAway() throws IOException {
    List<Client> clients = new ArrayList<>();
    for (int i = 1; i < 10; i++) {
      clients.add(server.client());
    }
    try (Client tooMany = new Client(server.address)) {
      assertThat(tooMany.reply()).startsWith("421 4.7.0");
      assertThat(tooMany.reply()).isEqualTo("closed");
    }
    for (Client other : clients) {
      other.close();
    }
  }

  @Test
  void client_goneInData_leavesNothing() throws IOException {
    greet();
    assertThat(client.say("DATA")).startsWith("354");
    client.send(("y".repeat(98) + "\r\n").repeat(5000));
    client.close();
    await().until(() -> server.server.connections() == 0);
    await().until(() -> isEmpty(spool));
    assertThat(inbound.taken).isEmpty();
  }

  @Test
  void afterEndOfData_nothingIsDoneBeforeTheAnswer() throws IOException {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    inbound.decision = envelope -> answer;
    greet();
    client.send("DATA\r\nx\r\n.\r\nRSET\r\nMAIL FROM:<a@b.de>\r\n");
    assertThat(client.reply()).startsWith("354");
    await().until(() -> inbound.taken.size() == 1);
    answer.complete(Replies.STORE_FAILED);
    assertThat(client.reply()).startsWith("451 4.3.0");
    assertThat(client.reply()).startsWith("250");
    assertThat(client.reply()).startsWith("250 2.1.0");
  }

  @Test
  void stop_messageInFlight_isAnsweredFirst() throws Exception {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    inbound.decision = envelope -> answer;
    greet();
    client.send("DATA\r\nx\r\n.\r\n");
    assertThat(client.reply()).startsWith("354");
    await().until(() -> inbound.taken.size() == 1);
    try (Client idle = server.client()) {
      CompletableFuture<Boolean> stopped =
          CompletableFuture.supplyAsync(() -> {
            try {
              return server.server.stop(Duration.ofSeconds(20));
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(idle.reply()).startsWith("421 4.3.2");
      assertThat(idle.reply()).isEqualTo("closed");
      idle.socket().shutdownOutput();
      answer.complete(Replies.accepted("X"));
      assertThat(client.reply()).startsWith("250 2.0.0 OK id=X");
      assertThat(client.reply()).startsWith("421 4.3.2");
      assertThat(client.reply()).isEqualTo("closed");
      client.close();
      assertThat(stopped.get()).isTrue();
    }
  }

  @Test
  void stop_whoIsNotDoneInTime_hears421_inTheMessageAndBehindIt() throws Exception {
    inbound.decision = envelope -> new CompletableFuture<>();
    greet();
    client.send("DATA\r\nx\r\n.\r\n");
    assertThat(client.reply()).startsWith("354");
    await().until(() -> inbound.taken.size() == 1);
    try (Client inMessage = server.client()) {
      inMessage.send("EHLO c\r\nMAIL FROM:<s@b.de>\r\nRCPT TO:<a@x.org>\r\nDATA\r\nhalf a line");
      await().until(() -> inMessage.reply().startsWith("354"));

      assertThat(server.server.stop(Duration.ofMillis(1))).isFalse();

      assertThat(client.reply()).startsWith("421 4.3.2");
      assertThat(inMessage.reply()).startsWith("421 4.3.2");
      assertThat(inMessage.reply()).isEqualTo("closed");
    }
  }

  private void greet() throws IOException {
    assertThat(client.say("EHLO c")).startsWith("250");
    assertThat(client.say("MAIL FROM:<s@b.de>")).startsWith("250");
    assertThat(client.say("RCPT TO:<a@x.org>")).startsWith("250");
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }
}
