package org.holdfast.routing;

/**
 * Every statement of the location map; what differs between databases is in this file only.
 *
 * <p>The key of a user or alias is its address with the domain in front, {@code example.com@alice}:
 * one index then answers for the address, for "is the domain served?" (a range) and for the order
 * of pages, and users of one domain lie together. {@code @} sorts before every letter that may
 * continue a domain's name only because no domain contains {@code @} or {@code A}; {@code domainA}
 * is the first key after a domain.
 */
final class MapSql {

  /** Of the tables; a view of another version is made anew from the log. */
  static final int VERSION = 1;

  static final String[] SCHEMA = {
    "CREATE TABLE map_position (version INT NOT NULL, position BIGINT NOT NULL,"
        + " epoch BIGINT NOT NULL, changes BIGINT NOT NULL)",
    "CREATE TABLE pairs (id INT PRIMARY KEY, name VARCHAR(255) NOT NULL UNIQUE,"
        + " record VARBINARY(1000000) NOT NULL)",
    "CREATE TABLE users (ukey VARCHAR(330) NOT NULL PRIMARY KEY, pair INT NOT NULL,"
        + " state TINYINT NOT NULL, epoch BIGINT NOT NULL, since BIGINT NOT NULL,"
        + " changed_by VARCHAR(1000) NOT NULL, reason VARCHAR(100000) NOT NULL)",
    "CREATE INDEX users_by_state ON users (state, ukey)",
    "CREATE TABLE user_counts (pair INT NOT NULL, state TINYINT NOT NULL, n BIGINT NOT NULL,"
        + " PRIMARY KEY (pair, state))",
    "CREATE TABLE aliases (akey VARCHAR(330) NOT NULL PRIMARY KEY, target VARCHAR(330) NOT NULL)",
    "CREATE TABLE holds (domain VARCHAR(255) NOT NULL PRIMARY KEY, record VARBINARY(1000000) NOT"
        + " NULL)",
    "INSERT INTO map_position VALUES (" + VERSION + ", 0, 0, 0)",
  };

  static final String VERSION_OF = "SELECT version FROM map_position";
  static final String POSITION = "SELECT position, epoch, changes FROM map_position";
  static final String SET_POSITION = "UPDATE map_position SET position = ?, epoch = ?, changes = ?";

  private static final String USER_COLUMNS =
      "SELECT ukey, pair, state, epoch, since, changed_by, reason FROM users";
  static final String USER = USER_COLUMNS + " WHERE ukey = ?";

  /** For an array of keys; each is looked up in the index. */
  static final String USERS_OF_KEYS = USER_COLUMNS + " WHERE ukey = ANY(?)";

  static final String USERS_ALL = USER_COLUMNS + " WHERE ukey > ? ORDER BY ukey LIMIT ?";
  static final String USERS_OF_PAIR =
      USER_COLUMNS + " WHERE ukey > ? AND pair = ? ORDER BY ukey LIMIT ?";
  static final String USERS_OF_STATE =
      USER_COLUMNS + " WHERE state = ? AND ukey > ? ORDER BY state, ukey LIMIT ?";
  static final String USERS_OF_STATE_AND_PAIR =
      USER_COLUMNS + " WHERE state = ? AND ukey > ? AND pair = ? ORDER BY state, ukey LIMIT ?";
  static final String INSERT_USER =
      "INSERT INTO users (pair, state, epoch, since, changed_by, reason, ukey)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)";
  static final String UPDATE_USER =
      "UPDATE users SET pair = ?, state = ?, epoch = ?, since = ?, changed_by = ?, reason = ?"
          + " WHERE ukey = ?";
  static final String DELETE_USER = "DELETE FROM users WHERE ukey = ?";

  static final String SERVED =
      "SELECT EXISTS (SELECT 1 FROM users WHERE ukey >= ? AND ukey < ?)"
          + " OR EXISTS (SELECT 1 FROM aliases WHERE akey >= ? AND akey < ?)";

  static final String ALIAS = "SELECT target FROM aliases WHERE akey = ?";
  static final String ALIASES =
      "SELECT akey, target FROM aliases WHERE akey > ? ORDER BY akey LIMIT ?";
  static final String PUT_ALIAS = "MERGE INTO aliases (akey, target) KEY (akey) VALUES (?, ?)";
  static final String DELETE_ALIAS = "DELETE FROM aliases WHERE akey = ?";

  static final String PAIRS = "SELECT id, record FROM pairs";
  static final String PUT_PAIR = "MERGE INTO pairs (id, name, record) KEY (id) VALUES (?, ?, ?)";
  static final String HOLDS = "SELECT record FROM holds";
  static final String PUT_HOLD = "MERGE INTO holds (domain, record) KEY (domain) VALUES (?, ?)";
  static final String DELETE_HOLD = "DELETE FROM holds WHERE domain = ?";
  static final String COUNTS = "SELECT pair, state, n FROM user_counts";
  static final String PUT_COUNT =
      "MERGE INTO user_counts (pair, state, n) KEY (pair, state) VALUES (?, ?, ?)";

  static final String[] CLEAR = {
    "TRUNCATE TABLE users",
    "TRUNCATE TABLE aliases",
    "TRUNCATE TABLE pairs",
    "TRUNCATE TABLE holds",
    "TRUNCATE TABLE user_counts",
  };

  private MapSql() {}

  /**
   * Where the embedded database is. {@code async:} because a thread that is interrupted while it
   * reads would close the file of the default file system for everybody.
   */
  static String url(String file) {
    return "jdbc:h2:async:"
        + file
        + ";DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=65536;TRACE_LEVEL_FILE=0"
        + ";LOCK_TIMEOUT=10000";
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
