package org.holdfast.holdqueue.index;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The index's tables. */
final class Tables {

  /** Raised with every change of the tables; an index of another version is rebuilt. */
  private static final int VERSION = 4;

  /** Changes something that means nothing. */
  static final String TOUCH = "update meta set v = v + 1 where k = 'touched'";

  private static final List<String> TABLES =
      List.of(
          "pragma auto_vacuum = incremental",
          "create table meta (k text primary key, v integer not null) without rowid",
          "create table message (seq integer primary key, pos integer not null, id text not null,"
              + " sender text not null, accepted integer not null, size integer not null,"
              + " remaining integer not null, notes integer not null)",
          "create table delivery (k integer primary key, seq integer not null,"
              + " lane integer not null, state integer not null, attempts integer not null,"
              + " next integer not null, reply text not null, described integer not null,"
              + " address text, original text)",
          "create table redirected (seq integer not null, k integer not null,"
              + " primary key (seq, k)) without rowid",
          "create table event (seq integer not null, slot integer not null,"
              + " pos integer not null, number integer not null, primary key (seq, slot)) without rowid",
          "create table lane (id integer primary key, lane text not null unique,"
              + " domain text not null, nexthop text not null, shut integer not null,"
              + " waiting integer not null, parked integer not null, bytes integer not null,"
              + " parkedbytes integer not null, since integer not null, retry integer not null)",
          "create table segment (base integer primary key, live integer not null)",
          "create table reference (base integer not null, target integer not null,"
              + " primary key (base, target)) without rowid",
          "insert into meta values ('version', "
              + VERSION
              + "), ('position', 0), ('messages', 0), ('octets', 0), ('touched', 0)");

  /** Made when the rows are there: sorting once is far less work than keeping sorted. */
  private static final List<String> INDEXES =
      List.of(
          "create index message_id on message (id)",
          "create index delivery_lane on delivery (lane, state)",
          "create index delivery_parked on delivery (k) where state = " + Rows.Delivery.PARKED,
          "create index lane_domain on lane (domain, lane)",
          "create index lane_nexthop on lane (nexthop, lane)");

  private Tables() {}

  /** Into an empty file. */
  static void create(Statement statement) throws SQLException {
    run(statement, TABLES);
  }

  /** Once the tables are filled. */
  static void createIndexes(Statement statement) throws SQLException {
    run(statement, INDEXES);
  }

  private static void run(Statement statement, List<String> sql) throws SQLException {
    for (String each : sql) {
      statement.execute(each);
    }
  }

  /** Throws when these are not the tables of this version. */
  static void check(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("select v from meta where k = 'version'")) {
      if (!rows.next() || rows.getInt(1) != VERSION) {
        throw new SQLException("index of another version");
      }
    }
  }
}
