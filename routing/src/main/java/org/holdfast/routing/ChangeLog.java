package org.holdfast.routing;

import java.io.IOException;
import java.util.List;

/**
 * A durable, append-only log of the map's changes: the truth of which the SQL view is made.
 * Somebody else keeps it; routing only knows records. One writer at a time appends and makes a
 * replacement the log; {@link #replay} and a replacement's growing may run at the same time.
 */
public interface ChangeLog extends AutoCloseable {

  /**
   * Appends records in order and returns when all are on stable storage: the position of the last
   * one. Positions rise.
   */
  long append(List<byte[]> records) throws IOException;

  /** Hands out every record after this position (0: from the first), in order. */
  void replay(long after, Reader reader) throws IOException;

  /** Position of the last record that an append or replacement returned; 0 when empty. */
  long last();

  /** About how many octets {@link #replay} would read. */
  long octetsAfter(long position);

  /** Begins contents that may take the place of all that is in the log. One at a time. */
  Replacement replacement() throws IOException;

  @Override
  void close() throws IOException;

  /** Takes records one by one. */
  interface Reader {
    void record(long position, byte[] body) throws IOException;
  }

  /**
   * New contents for the whole log, growing beside it while it takes records. What fails here
   * leaves the log as it was. One thread.
   */
  interface Replacement extends AutoCloseable {

    /** Adds records; they need not be on stable storage when this returns. */
    void append(List<byte[]> records) throws IOException;

    /** Puts on stable storage what was added. */
    void sync() throws IOException;

    /**
     * Makes this the log, all of it on stable storage, atomically with respect to a crash:
     * afterwards either the old or the new contents are there. Returns the position of the last
     * record, which is beyond those of the old log.
     *
     * @param seen position of the old log's last record that is in here; with more in it, this
     *     fails
     */
    long replace(long seen) throws IOException;

    /** Gives it up, unless it has become the log. */
    @Override
    void close();
  }
}
