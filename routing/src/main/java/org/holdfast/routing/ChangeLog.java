package org.holdfast.routing;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;

/**
 * A durable, append-only log of the map's changes: the truth of which the SQL view is made.
 * Somebody else keeps it; routing only knows records. Used by one writer at a time.
 */
public interface ChangeLog extends AutoCloseable {

  /**
   * Appends records in order and returns when all are on stable storage: the position of the last
   * one. Positions rise.
   */
  long append(List<byte[]> records) throws IOException;

  /** Hands out every record after this position (0: from the first), in order. */
  void replay(long after, Reader reader) throws IOException;

  /** Position of the last record; 0 when empty. */
  long last();

  /**
   * Replaces everything in the log by these records, atomically with respect to a crash: afterwards
   * either the old or the new contents are there. Returns the position of the last one. Positions
   * go on rising.
   */
  long rewrite(Iterator<byte[]> records) throws IOException;

  @Override
  void close() throws IOException;

  /** Takes records one by one. */
  interface Reader {
    void record(long position, byte[] body) throws IOException;
  }
}
