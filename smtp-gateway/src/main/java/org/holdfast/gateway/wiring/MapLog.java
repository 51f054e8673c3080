package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.holdfast.holdqueue.log.Entry;
import org.holdfast.holdqueue.log.SegmentLog;
import org.holdfast.routing.ChangeLog;

/**
 * The map's change log, kept by the queue's log code in a folder of its own. Thread-safe as {@link
 * SegmentLog} is.
 */
final class MapLog implements ChangeLog {

  /** The only type of record in this log: a change of the map, as {@code routing} wrote it. */
  private static final int CHANGE = 1;

  private final SegmentLog log;

  MapLog(SegmentLog log) {
    this.log = log;
  }

  @Override
  public long append(List<byte[]> records) throws IOException {
    return log.append(records.stream().map(body -> Entry.of(CHANGE, body)).toList());
  }

  @Override
  public void replay(long after, Reader reader) throws IOException {
    log.replay(
        after,
        log.end(),
        true,
        record -> {
          if (record.position() > after) {
            reader.record(record.position(), record.body());
          }
        });
  }

  @Override
  public long last() {
    return log.last();
  }

  @Override
  public long rewrite(Iterator<byte[]> records) throws IOException {
    return log.rewrite(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return records.hasNext();
          }

          @Override
          public Entry next() {
            return Entry.of(CHANGE, records.next());
          }
        });
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
