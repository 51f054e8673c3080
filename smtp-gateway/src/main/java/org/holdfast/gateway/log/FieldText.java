package org.holdfast.gateway.log;

import java.util.List;
import java.util.Set;
import org.slf4j.event.KeyValuePair;

/**
 * The fields of a line as text, as Postfix's users know them: {@code from=<a@b> size=12 status=sent
 * (250 OK)}. No value can end early, or look like another field: what would do that is written as
 * {@code \\u0020}.
 */
final class FieldText {

  /** What was said by somebody; always the last field. */
  private static final String WORDS = "reply";

  private static final Set<String> ANGLED =
      Set.of("from", "to", "orig_to", "helo", "orig_helo", "message-id", "target");

  /** The other fields that our lines have; {@code LogFieldsTest} looks whether any is missing. */
  private static final Set<String> BARE =
      Set.of(
          "affected",
          "by",
          "client",
          "delay",
          "door",
          "id",
          "left_out",
          "limit",
          "login",
          "more",
          "nrcpt",
          "of",
          "orig_client",
          "orig_proto",
          "orig_queue_id",
          "others",
          "pair",
          "position",
          "proto",
          "relay",
          "size",
          "state",
          "status",
          "tls",
          "what");

  /** What may stand before the name of a field. */
  private static final String BEFORE_FIELD = " (,";

  private static final boolean[] VALUE = SafeText.plain(" \"<>\\");
  private static final boolean[] SAID = SafeText.plain("\"=\\");
  private static final boolean[] SAID_EQUALS = SafeText.plain("\"\\");

  private FieldText() {}

  static void append(StringBuilder line, List<KeyValuePair> fields) {
    for (KeyValuePair field : fields) {
      line.append(' ');
      append(line, field);
    }
  }

  private static void append(StringBuilder line, KeyValuePair field) {
    String text = String.valueOf(field.value);
    if (field.key.equals(WORDS)) {
      line.append('(');
      appendWords(line, text);
      line.append(')');
      return;
    }
    line.append(field.key).append('=');
    if (field.value instanceof List<?> list) {
      appendAll(line, list);
    } else if (ANGLED.contains(field.key)) {
      appendAngled(line, text);
    } else {
      SafeText.append(line, text, VALUE);
    }
  }

  /** A "=" stays as it is, but for one that would make a field of ours out of what is said. */
  private static void appendWords(StringBuilder line, String text) {
    int from = 0;
    int equals = text.indexOf('=');
    while (equals >= 0) {
      boolean fake = endsInField(text, equals);
      SafeText.append(line, text.substring(from, equals), SAID);
      SafeText.append(line, "=", fake ? SAID : SAID_EQUALS);
      from = equals + 1;
      equals = text.indexOf('=', from);
    }
    SafeText.append(line, text.substring(from), SAID);
  }

  /** Whether the word before this place is the name of a field, and stands where one would. */
  private static boolean endsInField(String text, int end) {
    int from = end;
    while (from > 0 && isOfName(text.charAt(from - 1))) {
      from--;
    }
    boolean begins = from == 0 || BEFORE_FIELD.indexOf(text.charAt(from - 1)) >= 0;
    return begins && isField(text.substring(from, end));
  }

  /** Whether this is the name of one of our fields. */
  static boolean isField(String name) {
    return ANGLED.contains(name) || BARE.contains(name) || name.equals(WORDS);
  }

  private static boolean isOfName(char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  }

  private static void appendAll(StringBuilder line, List<?> list) {
    for (int i = 0; i < list.size(); i++) {
      if (i > 0) {
        line.append(',');
      }
      appendAngled(line, String.valueOf(list.get(i)));
    }
  }

  private static void appendAngled(StringBuilder line, String text) {
    line.append('<');
    SafeText.append(line, text, VALUE);
    line.append('>');
  }
}
