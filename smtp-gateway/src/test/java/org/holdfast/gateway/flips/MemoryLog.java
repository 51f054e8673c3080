package org.holdfast.gateway.flips;

import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.holdfast.routing.ChangeLog;

/** The map's log in memory: what the disk does to it is tested elsewhere. Thread-safe. */
final class MemoryLog implements ChangeLog {

  private final NavigableMap<Long, byte[]> records = new TreeMap<>();
  private long last;

  @Override
  public synchronized long append(List<byte[]> bodies) {
    bodies.forEach(body -> records.put(++last, body));
    return last;
  }

  @Override
  public synchronized void replay(long after, Reader reader) throws IOException {
    for (var entry : records.tailMap(after, false).entrySet()) {
      reader.record(entry.getKey(), entry.getValue());
    }
  }

  @Override
  public synchronized long last() {
    return last;
  }

  @Override
  public synchronized long octetsAfter(long position) {
    return records.tailMap(position, false).values().stream().mapToLong(b -> b.length).sum();
  }

  @Override
  public Replacement replacement() throws IOException {
    throw new IOException("this log is thrown away before it is large");
  }

  @Override
  public void close() {}
}
