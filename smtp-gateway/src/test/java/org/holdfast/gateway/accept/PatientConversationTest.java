package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.holdfast.gateway.reply.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Slow clients, useless ones and greedy ones, on a clock that a test moves. */
class PatientConversationTest {

  private static final String HELLO = "EHLO c\r\n";
  private static final String TO_DATA = "MAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\nDATA\r\n";

  @TempDir Path spool;

  @Test
  void octetByOctet_neverACommand_is421AtTheTimeout() {
    StandingConversation client = StandingConversation.smtp(spool);
    assertThat(client.said()).startsWith("220 ");
    for (int i = 0; i < 60; i++) {
      assertThat(client.said()).isEmpty();
      client.send("N").seconds(1);
    }
    assertThat(client.said()).startsWith("421 4.4.2");
    assertThat(client.hits(Limit.COMMAND_TIME)).isEqualTo(1);
  }

  @Test
  void data_slowerThanTheLeastRate_is421_andNothingIsAccepted() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.send(HELLO + TO_DATA);
    assertThat(client.said()).endsWith("354 End data with <CR><LF>.<CR><LF>\r\n");
    int seconds = 0;
    while (client.hits(Limit.DATA_TIME) == 0 && seconds < 1000) {
      client.send("x".repeat(254) + "\r\n").seconds(1);
      seconds++;
    }
    assertThat(client.said()).startsWith("421 4.4.2");
    assertThat(seconds).isBetween(115, 125); // half the rate: twice the minute
    assertThat(client.inbound.taken).isEmpty();
  }

  @Test
  void data_atTheLeastRate_isTakenHoweverLongItTakes() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.send(HELLO + TO_DATA);
    for (int i = 0; i < 1000; i++) {
      client.send("x".repeat(510) + "\r\n").seconds(1);
    }
    client.said();
    client.send(".\r\n");
    assertThat(client.said()).startsWith("250 2.0.0");
  }

  @Test
  void lastWords_thatNobodyTakes_endWithTheConnection() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.takesNothingMore().seconds(60);
    assertThat(client.channel.isOpen()).isTrue();
    client.seconds(Limits.LAST_WORDS_SECONDS);
    assertThat(client.channel.isOpen()).isFalse();
  }

  @Test
  void junk_atTheLimit_isServed_andEndsBeyondItByErrors() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.send("NOOP\r\n".repeat(Limits.JUNK + Limits.ERRORS)).seconds(1);
    for (int i = 0; i < 30; i++) {
      client.seconds(1);
    }
    assertThat(client.said()).doesNotContain("421").contains("250");
    client.send("NOOP\r\n");
    assertThat(client.said()).contains("421 4.7.0 Too many errors");
    assertThat(client.hits(Limit.ERRORS)).isEqualTo(1);
  }

  @Test
  void junk_isForgiven_byAnAcceptedMessage() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.send(HELLO + "NOOP\r\n".repeat(Limits.JUNK - 1));
    client.send(TO_DATA + "x\r\n.\r\n");
    client.send("NOOP\r\n".repeat(Limits.JUNK)).seconds(1);
    assertThat(client.said()).doesNotContain("421").contains("250 2.0.0 OK id=");
  }

  @Test
  void refusedRecipients_asManyAsAMessageMayHave_thenItEnds() {
    StandingConversation client = StandingConversation.smtp(spool); // max-recipients: 3
    client.send(HELLO + "MAIL FROM:<>\r\n" + "RCPT TO:<nobody@x.org>\r\n".repeat(3));
    assertThat(client.said()).doesNotContain("421");
    client.send("RCPT TO:<nobody@x.org>\r\n");
    assertThat(client.said())
        .contains("550 5.1.1")
        .contains("421 4.7.0 Too many refused recipients");
    assertThat(client.hits(Limit.REFUSED_RECIPIENTS)).isEqualTo(1);
  }

  @Test
  void errors_areAnsweredLaterAndLater() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.said();
    client.send("FOO\r\n".repeat(Limits.ERRORS_AT_ONCE + 2));
    client.millis(Limits.SLOWER_BY - 1);
    assertThat(client.said()).isEmpty();
    client.millis(1);
    assertThat(client.said().lines()).hasSize(Limits.ERRORS_AT_ONCE + 1);
    client.millis(Limits.SLOWER_BY);
    assertThat(client.said()).isEmpty();
    client.millis(Limits.SLOWER_BY);
    assertThat(client.said().lines()).hasSize(1);
  }

  @Test
  void client_thatNeverReads_isNotReadEither_andCutAtTheTimeout() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.said();
    client.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    client.channel.runPendingTasks();
    assertThat(client.channel.config().isAutoRead()).isFalse();
    client.seconds(59);
    assertThat(client.channel.isOpen()).isTrue();
    client.seconds(1);
    assertThat(client.channel.isOpen()).isFalse();
    assertThat(client.hits(Limit.REPLY_TIME)).isEqualTo(1);
  }

  @Test
  void client_thatReadsAgain_isServedOn() {
    StandingConversation client = StandingConversation.smtp(spool);
    client.said();
    client.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    client.channel.runPendingTasks();
    client.seconds(59);
    client.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    client.channel.runPendingTasks();
    client.seconds(59).send("NOOP\r\n");
    assertThat(client.said()).startsWith("250");
  }

  @Test
  void noRoom_isSaidBeforeTheData() {
    StandingConversation client =
        new StandingConversation(
            RunningServer.settings(Dialect.SMTP, spool), new SpoolRoom.Bounds(1 << 20, 10, 0));
    client.send(HELLO).said();
    client.send("MAIL FROM:<a@b.de> SIZE=900000\r\n");
    assertThat(client.said()).startsWith("452 4.3.1");
    assertThat(client.hits(Limit.CLIENT_SPOOL) + client.hits(Limit.SPOOL)).isEqualTo(1);
    client.send("MAIL FROM:<a@b.de> SIZE=1000\r\n");
    assertThat(client.said()).startsWith("250");
  }

  @Test
  void noRoom_inAChunk_endsTheTransaction_soNoLaterChunkIsTakenForAMessage() {
    StandingConversation client =
        new StandingConversation(
            RunningServer.settings(Dialect.SMTP, spool), new SpoolRoom.Bounds(1 << 20, 0, 0));
    client.send(HELLO).said();
    client.listener.spool().memory().take(10_000_000, 1);
    client.send("MAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\nBDAT 5\r\nhalf ");
    assertThat(client.said()).contains("452 4.3.1");
    client.listener.spool().memory().giveBack(10_000_000);
    client.send("BDAT 6 LAST\r\nhalf\r\n");
    assertThat(client.said()).startsWith("503 5.5.1");
    assertThat(client.inbound.taken).isEmpty();
  }

  @Test
  void noRoom_inTheMiddle_is452AtTheEnd_andTheSessionGoesOn() {
    StandingConversation client =
        new StandingConversation(
            RunningServer.settings(Dialect.SMTP, spool), new SpoolRoom.Bounds(1 << 20, 10, 0));
    client.send(HELLO + TO_DATA);
    for (int i = 0; i < 900; i++) {
      client.send("x".repeat(998) + "\r\n");
    }
    client.said();
    client.send(".\r\n" + TO_DATA + "x\r\n.\r\n");
    client.channel.runPendingTasks();
    assertThat(client.said()).startsWith("452 4.3.1").contains("250 2.0.0 OK id=");
    assertThat(client.inbound.taken).hasSize(1);
    assertThat(spool).isEmptyDirectory();
  }

  @Test
  void client_whoClosesItsSideBehindQuit_hearsAllAnswers() {
    StandingConversation talk = StandingConversation.smtp(spool);
    CompletableFuture<Reply> verdict = new CompletableFuture<>();
    talk.inbound.decision = _ -> verdict;
    talk.send("EHLO c\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\n");
    talk.send("BDAT 3 LAST\r\na\r\nQUIT\r\n");
    talk.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    assertThat(talk.channel.isOpen()).isTrue();
    verdict.complete(new Reply(250, "2.0.0", "taken"));
    talk.millis(1);
    assertThat(talk.said()).contains("250 2.0.0 taken\r\n", "\r\n221 ");
  }

  @Test
  void client_whoClosesItsSideInTheMiddle_isLeftAtOnce() {
    StandingConversation talk = StandingConversation.smtp(spool);
    talk.send("EHLO c\r\nMAIL FROM:<a@b.de>\r\nRCPT TO:<a@x.org>\r\nDATA\r\nhalf");
    talk.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    talk.millis(1);
    assertThat(talk.channel.isOpen()).isFalse();
    assertThat(talk.inbound.taken).isEmpty();
  }

  @Test
  void client_whoClosesItsSideAndReadsSlowly_isNotLeftBeforeItHasRead() {
    StandingConversation talk = StandingConversation.smtp(spool);
    talk.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    talk.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    talk.millis(1);
    assertThat(talk.channel.isOpen()).isTrue();
    talk.channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    talk.millis(1);
    assertThat(talk.channel.isOpen()).isFalse();
  }
}
