package org.holdfast.gateway.accept;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is looked at in the header section of a message while it comes in: the {@code Received:}
 * fields are counted (RFC 5321 section 6.3), and the first {@code Message-ID} is kept for the log.
 * What follows the header section is not looked at. Not thread-safe.
 */
final class HeaderSection {

  /** The names that we look for, in lower case. */
  private enum Name {
    RECEIVED("received"),
    MESSAGE_ID("message-id");

    private final String text;

    Name(String text) {
      this.text = text;
    }

    boolean has(int at, byte octet) {
      char lower = text.charAt(at);
      return octet == lower || (lower >= 'a' && octet == lower - 0x20);
    }
  }

  private static final int USUAL_ID = 80;

  /** The name that this line may still turn out to begin with; null: none that we look for. */
  private @Nullable Name name;

  private int matched;
  private boolean lineIsEmpty = true;
  private boolean inBody;
  private int hops;
  private boolean inId;
  private boolean idIsLonger;
  private @Nullable ByteArrayOutputStream id;

  /** Takes the next octets of the message. */
  void octets(byte[] buffer, int from, int to) {
    for (int i = from; i < to && !inBody; i++) {
      octet(buffer[i]);
    }
  }

  int hops() {
    return hops;
  }

  /**
   * The first {@code Message-ID} without its angle brackets, unfolded, {@link Limits#MESSAGE_ID}
   * octets of it at most; null: there is none.
   */
  @Nullable String messageId() {
    if (id == null) {
      return null;
    }
    String text = id.toString(StandardCharsets.UTF_8).strip();
    if (idIsLonger) {
      return text + "...";
    }
    boolean angled = text.length() > 2 && text.startsWith("<") && text.endsWith(">");
    return text.isEmpty() ? null : angled ? text.substring(1, text.length() - 1) : text;
  }

  private void octet(byte octet) {
    if (octet == '\n') {
      inBody = lineIsEmpty;
      lineIsEmpty = true;
    } else if (octet != '\r') {
      if (lineIsEmpty) {
        lineIsEmpty = false;
        beginLine(octet);
      }
      inLine(octet);
    }
  }

  /** A line that begins with white space continues the field before it (RFC 5322 section 2.2.3). */
  private void beginLine(byte first) {
    boolean folded = first == ' ' || first == '\t';
    inId = inId && folded;
    matched = 0;
    name =
        switch (first | 0x20) {
          case 'r' -> Name.RECEIVED;
          case 'm' -> id == null ? Name.MESSAGE_ID : null;
          default -> null;
        };
  }

  private void inLine(byte octet) {
    if (inId) {
      keep(octet);
    } else if (name != null) {
      match(octet, name);
    }
  }

  private void match(byte octet, Name wanted) {
    if (matched < wanted.text.length()) {
      matched = wanted.has(matched, octet) ? matched + 1 : none();
    } else if (octet == ':') {
      found(wanted);
    } else if (octet != ' ' && octet != '\t') {
      none();
    }
  }

  private int none() {
    name = null;
    return 0;
  }

  private void found(Name wanted) {
    none();
    if (wanted == Name.RECEIVED) {
      hops++;
    } else {
      id = new ByteArrayOutputStream(USUAL_ID);
      inId = true;
    }
  }

  private void keep(byte octet) {
    ByteArrayOutputStream kept = id;
    boolean leading = kept == null || (kept.size() == 0 && (octet == ' ' || octet == '\t'));
    if (kept == null || leading) {
      return;
    }
    if (kept.size() < Limits.MESSAGE_ID) {
      kept.write(octet);
    } else {
      idIsLonger = true;
    }
  }
}
