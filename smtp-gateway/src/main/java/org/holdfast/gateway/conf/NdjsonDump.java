package org.holdfast.gateway.conf;

import java.io.IOException;
import java.util.List;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapSink;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.User;

/**
 * Writes a map for programs: a line of JSON for each entry, the last one {@code {"end": USERS}}.
 * {@code map diff} compares with it. Used by one thread.
 */
public final class NdjsonDump implements MapSink {

  private final Appendable out;
  private long users;

  public NdjsonDump(Appendable out) {
    this.out = out;
  }

  private NdjsonDump begin(String kind, String name) throws IOException {
    out.append("{\"").append(kind).append("\":").append(quoted(name));
    return this;
  }

  private NdjsonDump and(String key, String value) throws IOException {
    out.append(",\"").append(key).append("\":").append(quoted(value));
    return this;
  }

  private void close() throws IOException {
    out.append("}\n");
  }

  @Override
  public void pairs(List<Pair> pairs) throws IOException {
    for (Pair pair : pairs) {
      begin("pair", pair.name());
      members(pair.members());
      and("active", pair.active()).and("state", pair.onHold() ? "hold" : "active").close();
    }
  }

  /** As in the API and in YAML: an object for each, by its name. */
  private void members(List<Member> members) throws IOException {
    String between = ",\"members\":{";
    for (Member member : members) {
      out.append(between).append(quoted(member.name()));
      out.append(":{\"lmtp\":").append(quoted(member.lmtp().toString()));
      if (member.imap() != null) {
        and("imap", member.imap().toString());
      }
      out.append('}');
      between = ",";
    }
    out.append('}');
  }

  @Override
  public void domains(List<String> page) throws IOException {
    for (String domain : page) {
      begin("domain", domain).close();
    }
  }

  @Override
  public void holds(List<DomainHold> holds) throws IOException {
    for (DomainHold hold : holds) {
      begin("hold", hold.domain()).and("reason", hold.standing().reason()).close();
    }
  }

  @Override
  public void users(List<User> page) throws IOException {
    for (User user : page) {
      begin("user", user.address()).and("pair", user.pair()).and("state", user.state().word());
      if (user.movingTo() != null) {
        and("to", user.movingTo());
      }
      if (user.priority() != 0) {
        out.append(",\"priority\":").append(Integer.toString(user.priority()));
      }
      close();
    }
    users += page.size();
  }

  @Override
  public void aliases(List<Alias> page) throws IOException {
    for (Alias alias : page) {
      begin("alias", alias.from()).and("to", alias.to()).close();
    }
  }

  /** Nothing more comes, and nothing is missing. */
  public void end() throws IOException {
    out.append("{\"end\":").append(Long.toString(users)).append("}\n");
  }

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
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean asItIs = c >= ' ' && c != '"' && c != '\\' && c != 0x7F && !Character.isSurrogate(c);
      out.append(asItIs ? String.valueOf(c) : "\\u%04x".formatted((int) c));
    }
    return out.append('"').toString();
  }
}
