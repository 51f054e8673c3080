package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.holdfast.gateway.deliver.ScriptedBackend.Act;
import org.holdfast.gateway.deliver.ScriptedBackend.Point;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The client set to SMTP (RFC 5321): another greeting, one recipient, else as LMTP. */
class SmtpServerIT {

  private static final String TEXT = "Subject: x\r\n\r\n.body\r\n";

  private final Bench bench =
      new Bench(LmtpSettings.of("gw.example.com").with(LmtpSettings.Protocol.SMTP));

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void transactions_greetWithEhloAndShareAConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(bench.send(Letter.of(TEXT), "a@example.com"))
          .singleElement()
          .isInstanceOf(Answer.Delivered.class);
    }
    assertThat(bench.backend.commands().getFirst()).isEqualTo("EHLO gw.example.com");
    assertThat(bench.backend.connections()).isEqualTo(1);
    assertThat(bench.backend.received()).hasSize(3).allMatch(r -> r.content().equals(TEXT));
  }

  @Test
  void refusals_areHeardAtEveryPoint() throws Exception {
    for (Point point : List.of(Point.MAIL, Point.RCPT, Point.DATA, Point.END)) {
      bench.backend.once(point, Act.reply("550 5.7.1 no"));
      assertThat(bench.send(Letter.of(TEXT), "a@example.com"))
          .singleElement()
          .isInstanceOf(Answer.MailboxTrouble.class);
    }
  }

  @Test
  void ehlo_refused_isTheServersTrouble() throws Exception {
    bench.backend.on(Point.LHLO, Act.reply("502 5.5.1 what?"));

    assertThat(bench.send(Letter.of(TEXT), "a@example.com"))
        .singleElement()
        .isInstanceOfSatisfying(
            Answer.OurTrouble.class, trouble -> assertThat(trouble.wholeMember()).isTrue());
  }

  @Test
  void recipients_several_areADefectOfTheCaller() {
    assertThatThrownBy(() -> bench.send(Letter.of(TEXT), "a@example.com", "b@example.com"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
