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

  private static final Set<String> ANGLED = Set.of("from", "to", "orig_to", "helo", "orig_helo");

  private static final boolean[] VALUE = SafeText.plain(" \"<>\\");
  private static final boolean[] SAID = SafeText.plain("\"=\\");

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
      SafeText.append(line, text, SAID);
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
