package org.holdfast.gateway.conf;

import java.io.IOException;
import java.util.List;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapSink;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Writes a map as YAML, so that {@link MapFile} reads it back the same. The last line says that it
 * is whole. Used by one thread.
 */
public final class MapDump implements MapSink {

  private final Appendable out;
  private String list = "";
  private long users;

  public MapDump(Appendable out) {
    this.out = out;
  }

  private void list(String name) throws IOException {
    if (!list.equals(name)) {
      list = name;
      out.append(name).append(":\n");
    }
  }

  @Override
  public void pairs(List<Pair> pairs) throws IOException {
    for (Pair pair : pairs) {
      list("pairs");
      pair(pair);
    }
  }

  private void pair(Pair pair) throws IOException {
    out.append("  - name: " + quoted(pair.name()) + "\n    members:\n");
    for (Member member : pair.members()) {
      out.append(
          "      " + quoted(member.name()) + ": { lmtp: " + quoted(member.lmtp().toString()));
      if (member.imap() != null) {
        out.append(", imap: " + quoted(member.imap().toString()));
      }
      out.append(" }\n");
    }
    out.append("    active: " + quoted(pair.active()) + "\n");
    if (pair.onHold()) {
      out.append("    state: hold\n");
      if (!pair.standing().reason().isEmpty()) {
        out.append("    reason: " + quoted(pair.standing().reason()) + "\n");
      }
    }
  }

  @Override
  public void domains(List<String> page) throws IOException {
    for (String domain : page) {
      list("domains");
      out.append("  - ").append(quoted(domain)).append('\n');
    }
  }

  @Override
  public void holds(List<DomainHold> holds) throws IOException {
    for (DomainHold hold : holds) {
      list("holds");
      out.append("  - { domain: ").append(quoted(hold.domain()));
      optional("reason", hold.standing().reason());
      out.append(" }\n");
    }
  }

  @Override
  public void users(List<User> page) throws IOException {
    for (User user : page) {
      list("users");
      out.append("  - { address: ").append(quoted(user.address()));
      out.append(", pair: ").append(quoted(user.pair()));
      out.append(", state: ").append(user.state().word());
      optional("to", user.movingTo());
      if (user.priority() != 0) {
        out.append(", priority: ").append(Integer.toString(user.priority()));
      }
      if (user.state() != UserState.ACTIVE) {
        optional("reason", user.standing().reason());
      }
      out.append(" }\n");
    }
    users += page.size();
  }

  private void optional(String key, @Nullable String value) throws IOException {
    if (value != null && !value.isEmpty()) {
      out.append(", ").append(key).append(": ").append(quoted(value));
    }
  }

  @Override
  public void aliases(List<Alias> page) throws IOException {
    for (Alias alias : page) {
      list("aliases");
      out.append("  - { from: ").append(quoted(alias.from()));
      out.append(", to: ").append(quoted(alias.to())).append(" }\n");
    }
  }

  /** Nothing more comes, and nothing is missing. */
  public void end() throws IOException {
    out.append("# end: ").append(Long.toString(users)).append(" users\n");
  }

  /** In double quotes, on one line whatever is in it. */
  private static String quoted(String text) {
    boolean plain = true;
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = c >= ' ' && c < 0x7F && c != '"' && c != '\\';
    }
    return plain ? '"' + text + '"' : escaped(text);
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8).append('"');
    text.codePoints()
        .forEach(c -> {
          if (c == '"' || c == '\\') {
            out.append('\\').appendCodePoint(c);
          } else if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || c == 0xFEFF) {
            out.append("\\u%04x".formatted(c));
          } else if ((c >= 0xD800 && c <= 0xDFFF) || (c & 0xFFFE) == 0xFFFE) {
            out.append('?');
          } else {
            out.appendCodePoint(c);
          }
        });
    return out.append('"').toString();
  }
}
