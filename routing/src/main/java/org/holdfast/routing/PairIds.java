package org.holdfast.routing;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The numbers that stand for pairs in the view's rows. Read by all, learnt by one at a time. */
final class PairIds {

  private final Map<String, Integer> ids = new ConcurrentHashMap<>();
  private volatile @Nullable String[] names = new String[0];

  void learn(String name, int id) {
    @Nullable String[] more = new String[Math.max(id + 1, names.length)];
    System.arraycopy(names, 0, more, 0, names.length);
    more[id] = name;
    names = more;
    ids.put(name, id);
  }

  /** Its number, or the next free one. */
  int idOrNext(String name) {
    return ids.getOrDefault(name, names.length);
  }

  /** Its number; null when there is no such pair. */
  @Nullable Integer find(String name) {
    return ids.get(name);
  }

  /** The number of a pair that a user lives on. */
  int id(String name) throws SQLException {
    Integer id = ids.get(name);
    if (id == null) {
      throw new SQLException("a user lives on the pair " + name + ", which the map does not have");
    }
    return id;
  }

  String name(int id) throws SQLException {
    @Nullable String[] known = names;
    String name = id >= 0 && id < known.length ? known[id] : null;
    if (name == null) {
      throw new SQLException("a user lives on the pair number " + id + ", which is not there");
    }
    return name;
  }

  void forget(String name) {
    Integer id = ids.remove(name);
    if (id != null) {
      @Nullable String[] fewer = names.clone();
      fewer[id] = null;
      names = fewer;
    }
  }

  void clear() {
    ids.clear();
    names = new String[0];
  }
}
