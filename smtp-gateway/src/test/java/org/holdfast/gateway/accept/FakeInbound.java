package org.holdfast.gateway.accept;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Replies;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * A message path that remembers what it was given. Knows everybody except {@code nobody@}; {@code
 * later@} is answered from another thread.
 */
final class FakeInbound implements Inbound {

  /** One message as it was handed over. */
  record Taken(Envelope envelope, List<Recipient> recipients, String content) {

    /** The content without the fields of the gateway. */
    String sent() {
      int id = content.indexOf("X-Holdfast-Id: ");
      return content.substring(content.indexOf("\r\n", id) + 2);
    }
  }

  final List<Taken> taken = new CopyOnWriteArrayList<>();
  volatile Function<Envelope, CompletionStage<Reply>> decision =
      envelope -> CompletableFuture.completedFuture(Replies.accepted(envelope.id()));

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    if (address.startsWith("later@")) {
      return CompletableFuture.supplyAsync(() -> answer(address, parameters));
    }
    return CompletableFuture.completedFuture(answer(address, parameters));
  }

  private static Answer answer(String address, Map<String, String> parameters) {
    return address.startsWith("nobody@")
        ? new Answer.Rejected(Replies.UNKNOWN_USER)
        : new Answer.Accepted(
            new Recipient(address, address, address, parameters), Replies.RECIPIENT_OK);
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    taken.add(new Taken(envelope, recipients, text(content)));
    return decision
        .apply(envelope)
        .thenApply(reply ->
            new Verdict(
                Collections.nCopies(answering == Answering.ONCE ? 1 : recipients.size(), reply)));
  }

  private static String text(Body content) {
    try (var in = content.open()) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
