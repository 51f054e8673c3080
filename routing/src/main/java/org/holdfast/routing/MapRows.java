package org.holdfast.routing;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a decision reads of the map: rows by address, and the wide state. Thread-safe. */
interface MapRows {

  /** What the map has under this canonical address or {@code @domain}. */
  LocationMap.Row row(String address) throws SQLException;

  WideState wide();

  /** The entry that answers for a mailbox: its own, or its domain's catch-all. */
  default @Nullable User answering(String mailbox) throws SQLException {
    User own = row(mailbox).user();
    return own != null ? own : row(mailbox.substring(mailbox.lastIndexOf('@'))).user();
  }
}
