package org.holdfast.routing;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;

/**
 * Every statement of the location map; what differs between databases is in this file only. Text is
 * compared by its octets.
 *
 * <p>The key of a user or alias is its address with the domain in front, {@code example.com@alice}:
 * one index then answers for the address, for "is the domain served?" (a range) and for the order
 * of pages, and users of one domain lie together. {@code @} sorts before every letter that may
 * continue a domain's name only because no domain contains {@code @} or {@code A}; {@code domainA}
 * is the first key after a domain.
 */
final class MapSql {

  /** Of the tables; a view of another version is made anew from the log. */
  static final int VERSION = 5;

  /** Rows that one statement writes: far less work than one each. */
  static final int AT_ONCE = 64;

  /** Keys that one statement looks up. */
  static final int KEYS_AT_ONCE = 64;

  static final List<String> TABLES =
      List.of(
          "create table map_position (version int not null, position bigint not null,"
              + " epoch bigint not null, changes bigint not null, crc int not null)",
          "create table pairs (id int not null primary key, name text not null unique,"
              + " record blob not null)",
          "create table users (ukey text not null primary key, pair int not null,"
              + " state int not null, since bigint not null, asked bigint not null,"
              + " rest blob not null, crc int not null) without rowid",
          "create table user_counts (pair int not null, state int not null, n bigint not null,"
              + " crcs bigint not null, crc int not null, primary key (pair, state))",
          "create table aliases (akey text not null primary key, target text not null,"
              + " crc int not null) without rowid",
          "create table domains (domain text not null primary key, crc int not null)"
              + " without rowid",
          "create table holds (domain text not null primary key, record blob not null)");

  /** Most users are active and are not in it: a flip changes a small index. */
  private static final String OUT_OF_ORDER = "state <> 0";

  /** Moving or recovering. */
  private static final String SET_ASIDE = "state in (1, 2)";

  /** Has asked to be restored; most have not. */
  private static final String HAS_ASKED = "asked > 0";

  /** Made when the rows are there. */
  static final List<String> INDEXES =
      List.of(
          "create index users_by_state on users (state, ukey) where " + OUT_OF_ORDER,
          "create index users_by_since on users (since, ukey) where " + SET_ASIDE,
          "create index users_by_request on users (asked, pair, state) where " + HAS_ASKED);

  static final String VERSION_OF = "select version from map_position";
  static final String POSITION = "select position, epoch, changes, crc from map_position";
  static final String PUT_POSITION =
      "insert into map_position (version, position, epoch, changes, crc) values (?, ?, ?, ?, ?)";
  static final String SET_POSITION =
      "update map_position set position = ?, epoch = ?, changes = ?, crc = ?";

  private static final String USER_COLUMNS =
      "select ukey, pair, state, since, asked, rest, crc from users";

  private static final String UPDATE_USER =
      " on conflict (ukey) do update set pair = excluded.pair, state = excluded.state,"
          + " since = excluded.since, asked = excluded.asked, rest = excluded.rest,"
          + " crc = excluded.crc";

  static final String USER_AT = USER_COLUMNS + " where ukey >= ? order by ukey limit 1";
  static final String USER_BEFORE = USER_COLUMNS + " where ukey < ? order by ukey desc limit 1";

  /** For {@link #KEYS_AT_ONCE} keys; fewer are filled up with one of them. */
  static final String USERS_OF_KEYS =
      USER_COLUMNS + " where ukey in (" + places(KEYS_AT_ONCE) + ")";

  static final String USERS_ALL = USER_COLUMNS + " where ukey > ? order by ukey limit ?";
  static final String FIRST_USER_FROM = USER_COLUMNS + " where ukey >= ? order by ukey limit 1";
  static final String USERS_OF_PAIR =
      USER_COLUMNS + " where ukey > ? and pair = ? order by ukey limit ?";

  private static final String OF_STATE =
      USER_COLUMNS + " where " + OUT_OF_ORDER + " and state = ? and ukey > ?";
  static final String USERS_OF_STATE = OF_STATE + " order by state, ukey limit ?";
  static final String USERS_OF_STATE_AND_PAIR =
      OF_STATE + " and pair = ? order by state, ukey limit ?";

  private static final String ACTIVE = USER_COLUMNS + " where ukey > ? and state = 0";
  static final String USERS_ACTIVE = ACTIVE + " order by ukey limit ?";
  static final String USERS_ACTIVE_OF_PAIR = ACTIVE + " and pair = ? order by ukey limit ?";

  /** Those set aside before a time, the longest first, beginning after a time and key. */
  static final String USERS_SET_ASIDE =
      USER_COLUMNS
          + " where "
          + SET_ASIDE
          + " and since < ? and (since, ukey) > (?, ?) order by since, ukey limit ?";

  static final String COUNT_SET_ASIDE =
      "select pair, state, count(*), min(since) from users where "
          + SET_ASIDE
          + " and since < ? group by pair, state";

  /** All who may be being moved to somewhere. */
  static final String ALL_SET_ASIDE = USER_COLUMNS + " where " + SET_ASIDE;

  /** What the order of restores is made from. */
  static final String ALL_REQUESTS =
      "select asked, pair, state from users where " + HAS_ASKED + " order by asked";

  private static final String ASKED = USER_COLUMNS + " where " + HAS_ASKED;

  /** The user of one request. */
  static final String USER_OF_REQUEST = ASKED + " and asked = ?";

  static final String USERS_ASKED = ASKED + " and asked > ? order by asked limit ?";
  static final String ACTIVE_ASKED = ASKED + " and asked > ? and state = 0 order by asked limit ?";

  private static final String NOT_ASKED = OF_STATE + " and asked = 0";
  static final String NOT_ASKED_OF_STATE = NOT_ASKED + " order by state, ukey limit ?";
  static final String NOT_ASKED_OF_STATE_AND_PAIR =
      NOT_ASKED + " and pair = ? order by state, ukey limit ?";

  /** A statement for one row, and one for {@link #AT_ONCE}. */
  record Puts(String one, String many) {}

  /** Of users that are not there. */
  static final Puts NEW_USERS = new Puts(users("insert", 1), users("insert", AT_ONCE));

  /** Of users that are there. */
  static final Puts OLD_USERS =
      new Puts(users("insert", 1) + UPDATE_USER, users("insert", AT_ONCE) + UPDATE_USER);

  /** Of users that may be there, while no index is: less work than {@link #OLD_USERS}. */
  static final Puts ANY_USERS =
      new Puts(users("insert or replace", 1), users("insert or replace", AT_ONCE));

  static final String DELETE_USER = "delete from users where ukey = ?";

  private static final String ALIAS_COLUMNS = "select akey, target, crc from aliases";
  static final String ALIAS_AT = ALIAS_COLUMNS + " where akey >= ? order by akey limit 1";
  static final String ALIAS_BEFORE = ALIAS_COLUMNS + " where akey < ? order by akey desc limit 1";
  static final String ALIASES = ALIAS_COLUMNS + " where akey > ? order by akey limit ?";
  static final Puts PUT_ALIASES = new Puts(putAliases(1), putAliases(AT_ONCE));
  static final String DELETE_ALIAS = "delete from aliases where akey = ?";

  static final String PAIRS = "select id, name, record from pairs";
  static final String PUT_PAIR =
      "insert into pairs (id, name, record) values (?, ?, ?)"
          + " on conflict (id) do update set name = excluded.name, record = excluded.record";
  static final String DELETE_PAIR = "delete from pairs where name = ?";

  private static final String DOMAIN_COLUMNS = "select domain, crc from domains";
  static final String DOMAIN_AT = DOMAIN_COLUMNS + " where domain >= ? order by domain limit 1";
  static final String DOMAIN_BEFORE =
      DOMAIN_COLUMNS + " where domain < ? order by domain desc limit 1";
  static final String DOMAINS = DOMAIN_COLUMNS + " where domain > ? order by domain limit ?";
  static final String PUT_DOMAIN =
      "insert into domains (domain, crc) values (?, ?) on conflict do nothing";
  static final String DELETE_DOMAIN = "delete from domains where domain = ?";
  static final String HOLDS = "select domain, record from holds";
  static final String PUT_HOLD =
      "insert into holds (domain, record) values (?, ?)"
          + " on conflict (domain) do update set record = excluded.record";
  static final String DELETE_HOLD = "delete from holds where domain = ?";
  static final String COUNTS = "select pair, state, n, crcs, crc from user_counts";
  static final String PUT_COUNT =
      "insert into user_counts (pair, state, n, crcs, crc) values (?, ?, ?, ?, ?)"
          + " on conflict (pair, state) do update set n = excluded.n, crcs = excluded.crcs,"
          + " crc = excluded.crc";

  /** For a view that was filled at once. Grouping here would sort all of them. */
  static final String COUNT_ALL = "select pair, state, crc from users";

  static final List<String> CLEAR =
      List.of(
          "delete from users",
          "delete from aliases",
          "delete from pairs",
          "delete from domains",
          "delete from holds",
          "delete from user_counts");

  // ---- this database

  /** Memory for pages, outside the heap, in KiB: the writer's. */
  private static final int WRITER_CACHE = 64 << 10;

  /** Each reader's: room for all but the leaves of 10 million users. */
  private static final int READER_CACHE = 16 << 10;

  /** Pages of 4 KiB after which the write-ahead log is copied into the file. */
  private static final int CHECKPOINT = 65_536;

  /** How long a statement waits for a lock of the database, in milliseconds. */
  private static final String WAIT = "pragma busy_timeout = 10000";

  /** For the one connection that writes. A commit is atomic; from a checkpoint on it is synced. */
  static final List<String> WRITES =
      List.of(
          WAIT,
          "pragma journal_mode = wal",
          "pragma synchronous = normal",
          "pragma wal_autocheckpoint = " + CHECKPOINT,
          "pragma journal_size_limit = " + (CHECKPOINT << 12),
          "pragma cache_size = -" + WRITER_CACHE);

  /** For connections that read. */
  static final List<String> READS =
      List.of(WAIT, "pragma query_only = true", "pragma cache_size = -" + READER_CACHE);

  /** For a file that nobody reads before it is complete. */
  static final List<String> FILLS =
      List.of(
          WAIT,
          "pragma journal_mode = off",
          "pragma synchronous = off",
          "pragma locking_mode = exclusive",
          "pragma cache_size = -" + WRITER_CACHE);

  private static final int SQLITE_CORRUPT = 11;
  private static final int SQLITE_NOTADB = 26;

  private MapSql() {}

  /** Where the embedded database is. */
  static String url(Path file) {
    return "jdbc:sqlite:" + file.toAbsolutePath();
  }

  /** Does the database say that its file is damaged? */
  static boolean saysDamaged(SQLException e) {
    int code = e.getErrorCode() & 0xFF;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  }

  /** What {@link #saysDamaged} knows: for damage that the database has not noticed itself. */
  static SQLException damage(String what) {
    return new SQLException(what, null, SQLITE_CORRUPT);
  }

  private static String users(String verb, int rows) {
    return verb
        + " into users (ukey, pair, state, since, asked, rest, crc) values "
        + rows(rows, 7);
  }

  private static String putAliases(int rows) {
    return "insert into aliases (akey, target, crc) values "
        + rows(rows, 3)
        + " on conflict (akey) do update set target = excluded.target, crc = excluded.crc";
  }

  private static String rows(int rows, int columns) {
    return String.join(", ", Collections.nCopies(rows, "(" + places(columns) + ")"));
  }

  private static String places(int count) {
    return String.join(", ", Collections.nCopies(count, "?"));
  }

  /** The key of an address; {@code example.com@} for a whole domain. */
  static String key(String address) {
    int at = address.lastIndexOf('@');
    return address.substring(at + 1) + "@" + address.substring(0, at);
  }

  /** The address of a key. */
  static String address(String key) {
    int at = key.indexOf('@');
    return key.substring(at + 1) + "@" + key.substring(0, at);
  }

  /** The first key after those of a domain. */
  static String afterDomain(String domain) {
    return domain + "A";
  }
}
