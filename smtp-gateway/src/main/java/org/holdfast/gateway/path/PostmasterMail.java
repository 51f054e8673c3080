package org.holdfast.gateway.path;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * Sees to it that {@code postmaster} is somebody (RFC 5321 section 4.5.1): at our own host name,
 * which is what {@code RCPT TO:<postmaster>} means, and at every domain that is served. When the
 * map knows nobody of that address the mail is for the mailbox that the operator has named for it,
 * if the map knows that one. Everything else goes straight through. Thread-safe.
 */
public final class PostmasterMail implements Inbound {

  private static final String NAME = "postmaster@";

  private final Inbound path;
  private final String ofHost;
  private final Optional<String> postmaster;

  /**
   * Asks {@code path} first.
   *
   * @param hostname ours
   * @param postmaster the address of a mailbox of the map; empty: there is none
   */
  public PostmasterMail(Inbound path, String hostname, Optional<String> postmaster) {
    this.path = path;
    this.ofHost = NAME + hostname.toLowerCase(Locale.ROOT);
    this.postmaster = postmaster;
  }

  @Override
  public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
    CompletionStage<Answer> asked = path.recipient(address, parameters);
    String lower = address.toLowerCase(Locale.ROOT);
    if (!lower.startsWith(NAME)) {
      return asked;
    }
    boolean ofUs = lower.equals(ofHost);
    return asked.thenCompose(answer ->
        isNobody(answer, ofUs)
            ? instead(address, parameters)
            : CompletableFuture.completedFuture(answer));
  }

  /** A closed mailbox stays closed, and nothing is relayed to strangers. */
  private static boolean isNobody(Answer answer, boolean ofUs) {
    return answer instanceof Answer.Rejected rejected
        && (rejected.reply().equals(Replies.UNKNOWN_USER)
            || (ofUs && rejected.reply().equals(Replies.NOT_SERVED)));
  }

  /** An answer of the map's about the mailbox named would puzzle who asked for postmaster. */
  private CompletionStage<Answer> instead(String address, Map<String, String> parameters) {
    Answer nobody = new Answer.Rejected(Replies.NO_POSTMASTER);
    if (postmaster.isEmpty()) {
      return CompletableFuture.completedFuture(nobody);
    }
    return path.recipient(postmaster.get(), parameters)
        .thenApply(answer ->
            switch (answer) {
              case Answer.Accepted accepted ->
                  new Answer.Accepted(asWritten(accepted.recipient(), address), accepted.reply());
              case Answer.Rejected rejected -> rejected.reply().permanent() ? nobody : rejected;
            });
  }

  private static Recipient asWritten(Recipient found, String original) {
    return new Recipient(found.address(), found.lane(), original, found.parameters());
  }

  @Override
  public CompletionStage<Verdict> message(
      Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
    return path.message(envelope, recipients, content, answering);
  }
}
