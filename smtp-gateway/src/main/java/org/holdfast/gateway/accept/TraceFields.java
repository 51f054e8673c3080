package org.holdfast.gateway.accept;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The header fields the gateway puts before a message (RFC 5321 section 4.4). Thread-safe. */
final class TraceFields {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private record Written(long second, String text) {}

  private final String hostname;
  private volatile Written date = new Written(Long.MIN_VALUE, "");

  TraceFields(String hostname) {
    this.hostname = hostname;
  }

  /**
   * {@code Received:} and {@code X-Holdfast-Id:} with their line ends.
   *
   * @param client the name it gave itself and its address literal: {@code mx1 (mx1.example.com
   *     [192.0.2.1])}
   * @param tls null for plain text
   * @param with as registered for "with": ESMTPS, LMTP, UTF8SMTP ...
   * @param recipient the only recipient; null when there are several. One that is not ASCII is left
   *     out: an alias may lead from it to a mailbox whose server takes nothing else.
   */
  byte[] of(
      String client,
      @Nullable Encryption tls,
      String with,
      String id,
      @Nullable String recipient,
      Instant now) {
    StringBuilder fields = new StringBuilder(320);
    fields.append("Received: from ").append(client);
    if (tls != null) {
      fields.append("\r\n\t").append(tls.comment());
    }
    fields.append("\r\n\tby ").append(hostname).append(" with ").append(with);
    fields.append(" id ").append(id);
    if (recipient != null && recipient.chars().allMatch(c -> c < 128)) {
      fields.append("\r\n\tfor <").append(recipient).append('>');
    }
    fields.append(";\r\n\t").append(date(now)).append("\r\n");
    fields.append("X-Holdfast-Id: ").append(id).append("\r\n");
    return fields.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String date(Instant now) {
    Written last = date;
    if (last.second != now.getEpochSecond()) {
      last = new Written(now.getEpochSecond(), DATE.format(now));
      date = last;
    }
    return last.text;
  }
}
