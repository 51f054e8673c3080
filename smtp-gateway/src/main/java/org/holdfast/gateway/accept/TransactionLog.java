package org.holdfast.gateway.accept;

import java.util.List;
import java.util.stream.Collectors;
import org.holdfast.gateway.reply.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each transaction that came to the end of its data. */
final class TransactionLog {

  private static final Logger log = LoggerFactory.getLogger("org.holdfast.accept");

  private TransactionLog() {}

  static void ended(Incoming mail, String client, List<Reply> replies) {
    if (log.isInfoEnabled()) {
      log.info(
          "id={} client={} from=<{}> recipients={} size={} reply=\"{}\"",
          mail.id(),
          escaped(client),
          escaped(mail.reversePath()),
          mail.recipients().size(),
          mail.read(),
          escaped(said(replies)));
    }
  }

  /** LMTP says as much as there are recipients: each different reply once. */
  private static String said(List<Reply> replies) {
    if (replies.size() == 1) {
      return replies.getFirst().line();
    }
    return replies.stream().map(Reply::line).distinct().collect(Collectors.joining("; "));
  }

  /** Control characters as {@code \\u000a}: a line of the log stays one line. */
  static String escaped(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return escapeFrom(text, i);
      }
    }
    return text;
  }

  private static String escapeFrom(String text, int first) {
    StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      escaped.append(Character.isISOControl(c) ? String.format("\\u%04x", (int) c) : c);
    }
    return escaped.toString();
  }
}
