package org.holdfast.gateway.accept;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One line for each transaction that came to the end of its data, and further ones for the many
 * recipients of one that was rejected; {@code docs/logs.md} has the fields. Values go in as they
 * are: what writes the line makes them harmless.
 */
final class TransactionLog {

  /** Recipients named in a line; of the others the number is told. */
  static final int RECIPIENTS = 10;

  private static final String REJECTED = "rejected";

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.accept");

  private TransactionLog() {}

  /**
   * The transaction has its answer.
   *
   * @param tls null for plain text
   * @param millis since MAIL
   */
  static void ended(
      Incoming mail,
      Peer peer,
      String protocol,
      @Nullable Encryption tls,
      long millis,
      List<Reply> replies) {
    if (!log.isInfoEnabled()) {
      return;
    }
    LoggingEventBuilder line =
        log.atInfo()
            .setMessage("message")
            .addKeyValue("id", mail.id())
            .addKeyValue("client", peer.logged())
            .addKeyValue("helo", peer.helo())
            .addKeyValue("proto", protocol);
    line = tls == null ? line : line.addKeyValue("tls", tls.word());
    String login = peer.login();
    line = login == null ? line : line.addKeyValue("login", login);
    line = forwarded(line, peer.forwarded());
    line = recipients(line.addKeyValue("from", mail.reversePath()), mail.recipients());
    String messageId = mail.messageId();
    line = messageId == null ? line : line.addKeyValue("message-id", messageId);
    String status = status(replies);
    String said = said(replies, mail.id());
    line.addKeyValue("size", mail.read())
        .addKeyValue("delay", millis / 1000.0)
        .addKeyValue("status", status)
        .addKeyValue("reply", said)
        .log();
    if (status.equals(REJECTED)) {
      others(mail, peer, said);
    }
  }

  /**
   * The recipients that the line had no room for, when there will be no lines of their own about
   * them: {@link #RECIPIENTS} a line, so their number is bounded by {@code max-recipients}.
   */
  private static void others(Incoming mail, Peer peer, String said) {
    List<String> all = mail.recipients().stream().map(Recipient::original).toList();
    for (int from = RECIPIENTS; from < all.size(); from += RECIPIENTS) {
      log.atInfo()
          .setMessage("recipients")
          .addKeyValue("id", mail.id())
          .addKeyValue("client", peer.logged())
          .addKeyValue("from", mail.reversePath())
          .addKeyValue("to", all.subList(from, Math.min(from + RECIPIENTS, all.size())))
          .addKeyValue("status", REJECTED)
          .addKeyValue("reply", said)
          .log();
    }
  }

  /** What XFORWARD told, under Postfix's names for it. */
  static LoggingEventBuilder forwarded(LoggingEventBuilder line, Map<String, String> told) {
    if (told.isEmpty()) {
      return line;
    }
    LoggingEventBuilder longer = line;
    if (told.containsKey("IDENT")) {
      longer = longer.addKeyValue("orig_queue_id", told.get("IDENT"));
    }
    if (told.containsKey("ADDR") || told.containsKey("NAME")) {
      longer =
          longer.addKeyValue(
              "orig_client",
              told.getOrDefault("NAME", Peer.UNKNOWN)
                  + "["
                  + told.getOrDefault("ADDR", Peer.UNKNOWN)
                  + "]");
    }
    if (told.containsKey("HELO")) {
      longer = longer.addKeyValue("orig_helo", told.get("HELO"));
    }
    return told.containsKey("PROTO") ? longer.addKeyValue("orig_proto", told.get("PROTO")) : longer;
  }

  private static LoggingEventBuilder recipients(
      LoggingEventBuilder line, List<Recipient> recipients) {
    List<String> named = recipients.stream().limit(RECIPIENTS).map(Recipient::original).toList();
    LoggingEventBuilder longer = line.addKeyValue("to", named);
    int more = recipients.size() - named.size();
    longer = more == 0 ? longer : longer.addKeyValue("more", more);
    return longer.addKeyValue("nrcpt", recipients.size());
  }

  private static String status(List<Reply> replies) {
    return replies.stream().anyMatch(Reply::positive) ? "accepted" : REJECTED;
  }

  /**
   * LMTP says as much as there are recipients: each different reply once. The id, which we say too,
   * stands in the line already.
   */
  private static String said(List<Reply> replies, String id) {
    if (replies.size() == 1) {
      return withoutId(replies.getFirst().line(), id);
    }
    return replies.stream()
        .map(reply -> withoutId(reply.line(), id))
        .distinct()
        .limit(RECIPIENTS)
        .collect(Collectors.joining("; "));
  }

  private static String withoutId(String line, String id) {
    String ours = " id=" + id;
    return line.endsWith(ours) ? line.substring(0, line.length() - ours.length()) : line;
  }
}
