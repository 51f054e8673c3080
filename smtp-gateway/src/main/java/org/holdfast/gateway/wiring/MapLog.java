package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.time.Duration;
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

  /** The last one that is on stable storage for sure: one that failed does not count. */
  private volatile long acknowledged;

  MapLog(SegmentLog log) {
    this.log = log;
    this.acknowledged = log.last();
  }

  /** {@link SegmentLog#answers}. */
  boolean answers(Duration patience) throws InterruptedException {
    return log.answers(patience);
  }

  @Override
  public long append(List<byte[]> records) throws IOException {
    long position = log.append(entries(records));
    acknowledged = position;
    return position;
  }

  private static List<Entry> entries(List<byte[]> records) {
    return records.stream().map(body -> Entry.of(CHANGE, body)).toList();
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
    return acknowledged;
  }

  @Override
  public long octetsAfter(long position) {
    return Math.min(log.octets(), Math.max(0, acknowledged - position));
  }

  @Override
  public Replacement replacement() throws IOException {
    return new Beside(log.replacement());
  }

  private final class Beside implements Replacement {

    private final org.holdfast.holdqueue.log.Replacement beside;

    Beside(org.holdfast.holdqueue.log.Replacement beside) {
      this.beside = beside;
    }

    @Override
    public void append(List<byte[]> records) throws IOException {
      beside.append(entries(records));
    }

    @Override
    public void sync() throws IOException {
      beside.sync();
    }

    @Override
    public long replace(long seen) throws IOException {
      long position = beside.replace(seen);
      acknowledged = position;
      return position;
    }

    @Override
    public void close() {
      beside.close();
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
