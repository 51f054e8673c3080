package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets mail for postmaster (RFC 5321 section 4.5.1). */
class PostmasterMailTest {

  /** Serves {@code example.com}, where only these are known. */
  private static final class Known implements Inbound {

    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      Answer answer =
          switch (address) {
            case "boss@example.com", "postmaster@own.example" ->
                new Answer.Accepted(
                    new Recipient(address, address, address, parameters), Replies.RECIPIENT_OK);
            case "postmaster@closed.example" -> new Answer.Rejected(Replies.USER_CLOSED);
            case "busy@example.com" -> new Answer.Rejected(Replies.MAP_UNAVAILABLE);
            default ->
                new Answer.Rejected(
                    address.endsWith("example.com") ? Replies.UNKNOWN_USER : Replies.NOT_SERVED);
          };
      return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
      throw new UnsupportedOperationException();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "postmaster@gw.test, boss@example.com, boss@example.com",
    "PostMaster@GW.test, boss@example.com, boss@example.com",
    "postmaster@example.com, boss@example.com, boss@example.com",
    "postmaster@own.example, boss@example.com, postmaster@own.example",
    "postmaster@closed.example, boss@example.com, 550 5.2.1",
    "postmaster@foreign.test, boss@example.com, 550 5.7.1",
    "postmaster@gw.test, '', 550 5.1.1",
    "postmaster@example.com, '', 550 5.1.1",
    "postmaster@gw.test, nobody@example.com, 550 5.1.1",
    "postmaster@gw.test, busy@example.com, 451 4.3.0",
    "postmaste@example.com, boss@example.com, 550 5.1.1",
    "po\u017ftmaster@gw.test, boss@example.com, 550 5.7.1",
    "boss@example.com, '', boss@example.com"
  })
  void postmaster_goesTo(String asked, String named, String expected) {
    Optional<String> postmaster = named.isEmpty() ? Optional.empty() : Optional.of(named);
    Inbound path = new PostmasterMail(new Known(), "gw.test", postmaster);
    Inbound.Answer answer =
        path.recipient(asked, Map.of("NOTIFY", "NEVER")).toCompletableFuture().join();
    switch (answer) {
      case Inbound.Answer.Accepted(Recipient found, Reply reply) -> {
        assertThat(reply).isEqualTo(Replies.RECIPIENT_OK);
        assertThat(found)
            .isEqualTo(new Recipient(expected, expected, asked, Map.of("NOTIFY", "NEVER")));
      }
      case Inbound.Answer.Rejected(Reply reply) -> assertThat(reply.line()).startsWith(expected);
    }
  }
}
