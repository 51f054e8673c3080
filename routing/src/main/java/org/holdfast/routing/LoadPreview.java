package org.holdfast.routing;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.holdfast.routing.LoadTally.Kind;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;

/** What a load would do, counted and, for the first of it, in words. For the writer. */
final class LoadPreview {

  private final LoadTally tally;

  LoadPreview(LoadTally tally) {
    this.tally = tally;
  }

  static boolean sameMembers(Pair before, Pair after) {
    return before.members().equals(after.members()) && before.active().equals(after.active());
  }

  boolean of(LocationMap now, LoadInput input) throws SQLException {
    for (Pair pair : input.pairs()) {
      pair(now.wide().pairs().get(pair.name()), pair);
    }
    for (String domain : input.domains()) {
      count(Kind.DOMAIN, "domain " + domain, now.view().isDeclared(domain) ? "" : "declared");
    }
    for (DomainHold hold : input.holds()) {
      boolean held = now.wide().holds().containsKey(hold.domain());
      String name = hold.domain().equals(WideState.EVERYTHING) ? "everything" : hold.domain();
      count(Kind.HOLD, name, held ? "" : "on hold");
    }
    for (int from = 0; from < input.users().size(); from += Loading.CHUNK) {
      int to = Math.min(input.users().size(), from + Loading.CHUNK);
      users(now, input.users().subList(from, to));
    }
    for (Alias alias : input.aliases()) {
      alias(now.view().alias(alias.from()), alias);
    }
    return true;
  }

  /** {@code what}: empty when nothing is to be done. */
  private void count(Kind kind, String name, String what) {
    if (what.isEmpty()) {
      tally.unchanged(kind, 1);
    } else {
      tally.created(kind, 1);
      tally.words(() -> "+ " + name + ": " + what);
    }
  }

  private void pair(@Nullable Pair before, Pair pair) {
    if (before == null) {
      tally.created(Kind.PAIR, 1);
      tally.words(() ->
          "+ pair "
              + pair.name()
              + ": active "
              + pair.activeMember()
              + (pair.onHold() ? ", on hold" : ""));
      return;
    }
    boolean held = pair.onHold() && !before.onHold();
    if (sameMembers(before, pair) && !held) {
      tally.unchanged(Kind.PAIR, 1);
      return;
    }
    tally.changed(Kind.PAIR, 1);
    tally.words(() -> "~ pair " + pair.name() + ": " + words(before, pair, held));
  }

  private static String words(Pair before, Pair after, boolean held) {
    StringJoiner words = new StringJoiner(", ");
    if (!before.members().equals(after.members())) {
      words.add("members " + before.members() + " -> " + after.members());
    }
    if (!before.active().equals(after.active())) {
      words.add("active " + before.active() + " -> " + after.active());
    }
    if (held) {
      words.add("on hold");
    }
    return words.toString();
  }

  private void users(LocationMap now, List<UserChange> chunk) throws SQLException {
    Map<String, User> there = now.view().usersNow(chunk.stream().map(UserChange::address).toList());
    for (UserChange line : chunk) {
      User old = there.get(line.address());
      if (old == null) {
        tally.created(Kind.USER, 1);
        tally.words(() -> "+ user " + line.address() + ": " + words(line));
      } else if (LoadedUsers.stands(old, line)) {
        tally.unchanged(Kind.USER, 1);
      } else {
        tally.changed(Kind.USER, 1);
        tally.words(
            () -> "~ user " + line.address() + ": " + words(old, LoadedUsers.after(old, line)));
      }
    }
  }

  private static String words(UserChange line) {
    UserState state = line.state() == null ? UserState.ACTIVE : line.state();
    Integer priority = line.priority();
    return state.word()
        + " on "
        + line.pair()
        + (line.to() == null ? "" : ", to " + line.to())
        + (priority == null || priority == 0 ? "" : ", priority " + priority);
  }

  private static String words(User before, User after) {
    StringJoiner words = new StringJoiner(", ");
    if (!before.pair().equals(after.pair())) {
      words.add("pair " + before.pair() + " -> " + after.pair());
    }
    if (before.state() != after.state()) {
      words.add("state " + before.state().word() + " -> " + after.state().word());
    }
    if (!Objects.equals(before.movingTo(), after.movingTo())) {
      words.add("to " + dash(before.movingTo()) + " -> " + dash(after.movingTo()));
    }
    if (before.priority() != after.priority()) {
      words.add("priority " + before.priority() + " -> " + after.priority());
    }
    return words.toString();
  }

  private static String dash(@Nullable String text) {
    return text == null ? "-" : text;
  }

  private void alias(@Nullable String before, Alias alias) {
    if (alias.to().equals(before)) {
      tally.unchanged(Kind.ALIAS, 1);
      return;
    }
    tally.added(Kind.ALIAS, before == null);
    String mark = before == null ? "+ " : "~ ";
    String was = before == null ? "" : before + " -> ";
    tally.words(() -> mark + "alias " + alias.from() + ": " + was + alias.to());
  }
}
