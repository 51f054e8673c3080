package org.holdfast.routing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions to the view about those who wait for their mailboxes. Thread-safe. */
record RestoreRows(Readers readers, UserRows rows, PairIds pairs) {

  /** A page of those who have asked, behind this request. */
  List<User> after(long number, int limit) throws SQLException {
    return readers.read(session -> rows.read(session.with(MapSql.USERS_ASKED, number, limit)));
  }

  /** The same of those who are active. */
  List<User> activeAfter(long number, int limit) throws SQLException {
    return readers.read(session -> rows.read(session.with(MapSql.ACTIVE_ASKED, number, limit)));
  }

  /** Whose requests these are, as far as they are there still. */
  List<User> of(long[] numbers) throws SQLException {
    return readers.read(session -> {
      List<User> users = new ArrayList<>(numbers.length);
      for (long number : numbers) {
        users.addAll(rows.read(session.with(MapSql.USER_OF_REQUEST, number)));
      }
      return users;
    });
  }

  /** A page of those who are moving or recovering and have not asked, by address. */
  List<User> silent(@Nullable String pair, @Nullable String after, int limit) throws SQLException {
    Integer id = pair == null ? null : pairs.find(pair);
    if (pair != null && id == null) {
      return List.of();
    }
    String key = after == null ? "" : MapSql.key(after);
    return readers.read(session -> {
      List<User> both = new ArrayList<>(silent(session, UserState.MOVING, id, key, limit));
      both.addAll(silent(session, UserState.RECOVERING, id, key, limit));
      both.sort(Comparator.comparing(user -> MapSql.key(user.address())));
      return List.copyOf(both.subList(0, Math.min(limit, both.size())));
    });
  }

  private List<User> silent(
      Session session, UserState state, @Nullable Integer pair, String key, int limit)
      throws SQLException {
    int code = state.code();
    return rows.read(
        pair == null
            ? session.with(MapSql.NOT_ASKED_OF_STATE, code, key, limit)
            : session.with(MapSql.NOT_ASKED_OF_STATE_AND_PAIR, code, key, pair, limit));
  }
}
