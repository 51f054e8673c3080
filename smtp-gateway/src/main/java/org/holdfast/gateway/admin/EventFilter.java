package org.holdfast.gateway.admin;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events somebody wants; null is any.
 *
 * @param who the token's name, or {@code gateway}
 * @param what the kind, such as {@code user.state}, or its first word, such as {@code user}
 * @param target what was changed, exactly
 */
record EventFilter(@Nullable String who, @Nullable String what, @Nullable String target) {

  static final EventFilter ANY = new EventFilter(null, null, null);

  boolean matches(AuditEvent event) {
    return (who == null || who.equals(event.who()))
        && (what == null || what.equals(event.what()) || event.what().startsWith(what + "."))
        && (target == null || target.equals(event.target()));
  }

  /**
   * Texts that stand in the line of every event that matches: most lines need not be read as JSON.
   */
  List<byte[]> signs() {
    List<byte[]> signs = new ArrayList<>();
    sign(signs, "who", who);
    sign(signs, "target", target);
    if (what != null) {
      String open = json(what);
      String start = "\"what\":" + open.substring(0, open.length() - 1);
      signs.add(start.getBytes(StandardCharsets.UTF_8));
    }
    return signs;
  }

  private static void sign(List<byte[]> signs, String name, @Nullable String value) {
    if (value != null) {
      signs.add(("\"" + name + "\":" + json(value)).getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String json(String text) {
    return Json.MAPPER.writeValueAsString(text);
  }
}
