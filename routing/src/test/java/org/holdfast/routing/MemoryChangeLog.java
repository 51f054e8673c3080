package org.holdfast.routing;

import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A log in memory that can be told to fail, before or after it kept the records. */
final class MemoryChangeLog implements ChangeLog {

  private final NavigableMap<Long, byte[]> records = new TreeMap<>();
  private long last;
  boolean failsBeforeKeeping;
  boolean failsAfterKeeping;
  boolean failsToReplace;

  /** It says that it has at least so many octets. */
  long claimedOctets;

  volatile int rewrites;

  /** Run at each append to a replacement. */
  Runnable whileReplacing = () -> {};

  private static final long AHEAD = 1_000_000;

  @Override
  public synchronized long append(List<byte[]> bodies) throws IOException {
    if (failsBeforeKeeping) {
      throw new IOException("the disk is gone");
    }
    bodies.forEach(body -> records.put(++last, body));
    if (failsAfterKeeping) {
      throw new IOException("the disk kept it but said otherwise");
    }
    return last;
  }

  @Override
  public synchronized void replay(long after, Reader reader) throws IOException {
    for (var record : records.tailMap(after, false).entrySet()) {
      reader.record(record.getKey(), record.getValue());
    }
  }

  @Override
  public synchronized long last() {
    return last;
  }

  @Override
  public synchronized long octetsAfter(long position) {
    long octets = records.tailMap(position, false).values().stream().mapToLong(b -> b.length).sum();
    return octets == 0 ? 0 : Math.max(octets, claimedOctets);
  }

  @Override
  public synchronized Replacement replacement() throws IOException {
    if (failsToReplace) {
      throw new IOException("there is no room for another log");
    }
    return new Fresh(last + AHEAD);
  }

  private final class Fresh implements Replacement {

    private final NavigableMap<Long, byte[]> fresh = new TreeMap<>();
    private long next;

    Fresh(long base) {
      next = base;
    }

    @Override
    public void append(List<byte[]> bodies) {
      bodies.forEach(body -> fresh.put(++next, body));
      whileReplacing.run();
    }

    @Override
    public void sync() {}

    @Override
    public long replace(long seen) throws IOException {
      synchronized (MemoryChangeLog.this) {
        if (seen != last) {
          throw new IOException("the log has grown");
        }
        records.clear();
        records.putAll(fresh);
        last = next;
        rewrites++;
        return last;
      }
    }

    @Override
    public void close() {}
  }

  /** As damage may have it. */
  synchronized void forget(long position) {
    records.remove(position);
  }

  synchronized int size() {
    return records.size();
  }

  @Override
  public void close() {}
}
