package org.holdfast.gateway.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.holdfast.gateway.deliver.Transaction.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The plain ways of a transaction, over real sockets. */
class LmtpClientIT {

  private final Bench bench = new Bench();

  @AfterEach
  void end() throws Exception {
    bench.close();
  }

  @Test
  void transaction_everythingAccepted_deliveredOctetForOctet() throws Exception {
    String text = "Subject: x\r\n\r\n.dot\r\n..two\r\nend.\r\n.\r\nlast\r\n";
    List<Answer> answers = bench.send(Letter.of(text), "a@example.com", "b@example.com");
    assertThat(answers).hasSize(2).allMatch(Answer.Delivered.class::isInstance);
    assertThat(answers.getFirst().reply().line()).isEqualTo("250 2.0.0 <a@example.com> saved");
    assertThat(bench.backend.received()).hasSize(1);
    assertThat(bench.backend.received().getFirst().content()).isEqualTo(text);
  }

  @Test
  void transaction_secondOne_reusesTheConnection() throws Exception {
    for (int i = 0; i < 3; i++) {
      bench.send(Letter.of("x\r\n"), "a@example.com");
    }
    assertThat(bench.backend.received()).hasSize(3);
    assertThat(bench.backend.connections()).isEqualTo(1);
  }
}
