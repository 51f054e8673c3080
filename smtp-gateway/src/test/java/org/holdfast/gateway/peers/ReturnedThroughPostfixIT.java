package org.holdfast.gateway.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.holdfast.gateway.deliver.ScriptedBackend;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.ScriptedBackend.Received;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Held mail is refused by its backend; the notification goes through a real Postfix to the sender's
 * own server, and a library that is not ours reads it there. The gateway is killed in between.
 */
class ReturnedThroughPostfixIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ANN = "ann@far.example";
  private static final String BOB = "bob@example.com";

  @BeforeAll
  static void peers() {
    Peers.postfixNeeded();
  }

  @Test
  void heldMail_refused_comesBackThroughAKillAndAPostfix() throws Exception {
    try (ScriptedBackend backend = ScriptedBackend.start();
        ScriptedBackend elsewhere = ScriptedBackend.start();
        PostfixMx smarthost =
            new PostfixMx("far.example", "smtp:[127.0.0.1]:" + elsewhere.address().port());
        GatewayProcess gateway = new GatewayProcess(map(backend));
        GatewayApi api = new GatewayApi(gateway)) {
      backend.on(Point.END, BOB, Act.reply("554 5.6.0 Not such content"));
      gateway.add("delivery: { smarthost: \"%s\" }".formatted(ScriptedBackend.deadPort()));
      gateway.start();
      api.setState(BOB, "{\"state\":\"moving\"}");
      send(gateway.smtpPort);
      api.setState(BOB, "{\"state\":\"active\"}");
      await("it was refused").atMost(PATIENCE).until(() -> api.held(BOB) == 0);
      gateway.kill9();

      gateway.add("delivery: { smarthost: \"127.0.0.1:%d\" }".formatted(smarthost.port()));
      gateway.start();

      await("the sender hears").atMost(PATIENCE).until(() -> elsewhere.received().size() == 1);
      await("nothing is left").atMost(PATIENCE).until(() -> api.held() == 0);
      Received told = elsewhere.received().getFirst();
      assertThat(told.mail()).startsWith("MAIL FROM:<>");
      assertThat(told.recipients()).containsExactly(ANN);
      assertReport(read(told.content()));
      assertThat(smarthost.bounces()).isEmpty();
    }
  }

  private static void assertReport(MimeMessage report) throws Exception {
    assertThat(report.getContentType()).contains("multipart/report", "report-type=delivery-status");
    assertThat(report.getHeader("Auto-Submitted")).containsExactly("auto-replied");
    MimeMultipart parts = (MimeMultipart) report.getContent();
    assertThat(parts.getCount()).isEqualTo(3);
    assertThat(parts.isComplete()).isTrue();
    assertThat(parts.getBodyPart(0).getContent().toString()).contains(BOB, "Not such content");
    assertThat(text(parts.getBodyPart(1)))
        .contains("Final-Recipient: rfc822; " + BOB, "Action: failed", "Status: 5.6.0");
    assertThat(parts.getBodyPart(2).isMimeType("message/rfc822")).isTrue();
    Message refused = (Message) parts.getBodyPart(2).getContent();
    assertThat(refused.getSubject()).isEqualTo("Gr\u00fc\u00dfe");
    assertThat(refused.getContent().toString()).isEqualTo("hello\r\n");
  }

  private static String text(BodyPart part) throws Exception {
    return new String(part.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private static MimeMessage read(String octets) throws MessagingException {
    return new MimeMessage(
        Session.getInstance(new Properties()),
        new ByteArrayInputStream(octets.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static void send(int port) throws MessagingException {
    Properties wishes = new Properties();
    wishes.put("mail.smtp.from", ANN);
    wishes.put("mail.smtp.localhost", "sender.test");
    wishes.put("mail.smtp.dsn.ret", "FULL");
    wishes.put("mail.smtp.dsn.notify", "FAILURE");
    Session session = Session.getInstance(wishes);
    MimeMessage message = new MimeMessage(session);
    message.setFrom(ANN);
    message.setRecipients(Message.RecipientType.TO, BOB);
    message.setSubject("Gr\u00fc\u00dfe", "UTF-8");
    message.setText("hello\r\n");
    message.saveChanges();
    try (Transport smtp = session.getTransport("smtp")) {
      smtp.connect("127.0.0.1", port, null, null);
      smtp.sendMessage(message, new InternetAddress[] {new InternetAddress(BOB)});
    }
  }

  private static String map(ScriptedBackend backend) {
    return """
    pairs:
      - { name: p0, members: { a: { lmtp: "%s" } }, active: a }
    users:
      - { address: %s, pair: p0 }
    """
        .formatted(backend.address(), BOB);
  }
}
