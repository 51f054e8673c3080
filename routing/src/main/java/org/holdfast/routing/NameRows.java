package org.holdfast.routing;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Aliases and declared domains as rows of the view, each checked when it is read. Thread-safe. */
final class NameRows {

  private static final Seek<Alias> ALIAS =
      new Seek<>(MapSql.ALIAS_AT, MapSql.ALIAS_BEFORE, NameRows::alias);
  private static final Seek<String> DOMAIN =
      new Seek<>(MapSql.DOMAIN_AT, MapSql.DOMAIN_BEFORE, NameRows::domain);

  private NameRows() {}

  @Nullable
  static String target(Session session, String from) throws SQLException {
    Alias found = ALIAS.exactly(session, MapSql.key(from));
    return found == null ? null : found.to();
  }

  static boolean hasAlias(Session session, String domain) throws SQLException {
    return ALIAS.first(session, domain + "@", MapSql.afterDomain(domain)) != null;
  }

  static boolean isDeclared(Session session, String domain) throws SQLException {
    return DOMAIN.exactly(session, domain) != null;
  }

  static List<Alias> aliases(Session session, String afterKey, int limit) throws SQLException {
    return page(session.with(MapSql.ALIASES, afterKey, limit), NameRows::alias);
  }

  static List<String> domains(Session session, String after, int limit) throws SQLException {
    return page(session.with(MapSql.DOMAINS, after, limit), NameRows::domain);
  }

  private static <T> List<T> page(PreparedStatement query, Seek.Row<T> row) throws SQLException {
    List<T> page = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        page.add(row.read(rows));
      }
    }
    return page;
  }

  private static Alias alias(ResultSet row) throws SQLException {
    String key = String.valueOf(row.getString(1));
    String target = String.valueOf(row.getString(2));
    check(key, target).require(row.getInt(3), key);
    return new Alias(MapSql.address(key), target);
  }

  private static String domain(ResultSet row) throws SQLException {
    String domain = String.valueOf(row.getString(1));
    check(domain, "").require(row.getInt(2), domain);
    return domain;
  }

  private static RowCheck check(String key, String value) {
    return new RowCheck().text(key).text(value);
  }

  // ---- writing

  /** Writes aliases; of the same address the last one counts. */
  static void putAliases(Session session, Collection<Alias> aliases) throws SQLException {
    session.rows(MapSql.PUT_ALIASES, List.copyOf(aliases), NameRows::bind);
  }

  private static int bind(PreparedStatement to, int place, Alias alias) throws SQLException {
    int at = place;
    String key = MapSql.key(alias.from());
    to.setString(at++, key);
    to.setString(at++, alias.to());
    to.setInt(at++, check(key, alias.to()).sum());
    return at;
  }

  static void putDomains(Session session, Collection<String> domains) throws SQLException {
    for (String domain : domains) {
      int _ = session.update(MapSql.PUT_DOMAIN, domain, check(domain, "").sum());
    }
  }
}
