package org.holdfast.gateway.conf;

import java.io.IOException;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Member;
import org.holdfast.routing.Pair;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;

/** Writes a map so that {@link MapFile} and {@link UserCsv} read it back the same. */
public final class MapDump {

  private MapDump() {}

  /** Writes YAML; the iterables are gone through once, in their order. */
  public static void yaml(
      Appendable out, Iterable<Pair> pairs, Iterable<User> users, Iterable<Alias> aliases)
      throws IOException {
    out.append("pairs:\n");
    for (Pair pair : pairs) {
      pair(out, pair);
    }
    out.append("users:\n");
    for (User user : users) {
      user(out, user);
    }
    out.append("aliases:\n");
    for (Alias alias : aliases) {
      out.append("  - { from: " + quoted(alias.from()) + ", to: " + quoted(alias.to()) + " }\n");
    }
  }

  /** Writes the users as CSV. */
  public static void csv(Appendable out, Iterable<User> users) throws IOException {
    out.append("address,pair,state\n");
    for (User user : users) {
      out.append(field(user.address())).append(',').append(user.pair()).append(',');
      out.append(user.state().word()).append('\n');
    }
  }

  private static void pair(Appendable out, Pair pair) throws IOException {
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
  }

  private static void user(Appendable out, User user) throws IOException {
    out.append("  - { address: " + quoted(user.address()) + ", pair: " + quoted(user.pair()));
    if (user.state() != UserState.ACTIVE) {
      out.append(", state: " + user.state().word());
    }
    out.append(" }\n");
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String field(String text) {
    boolean plain = text.indexOf(',') < 0 && text.indexOf('"') < 0;
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
