package org.holdfast.routing;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A log in memory that can be told to fail, before or after it kept the records. */
final class MemoryChangeLog implements ChangeLog {

  private final NavigableMap<Long, byte[]> records = new TreeMap<>();
  private long last;
  boolean failsBeforeKeeping;
  boolean failsAfterKeeping;
  int rewrites;

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
  public synchronized long rewrite(Iterator<byte[]> bodies) {
    NavigableMap<Long, byte[]> fresh = new TreeMap<>();
    long next = last;
    while (bodies.hasNext()) {
      fresh.put(++next, bodies.next());
    }
    records.clear();
    records.putAll(fresh);
    last = next;
    rewrites++;
    return last;
  }

  synchronized int size() {
    return records.size();
  }

  @Override
  public void close() {}
}
