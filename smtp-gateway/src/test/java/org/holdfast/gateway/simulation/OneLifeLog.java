package org.holdfast.gateway.simulation;

import java.io.IOException;
import java.util.List;
import org.holdfast.routing.ChangeLog;

/** The map's log, for a map that is never opened again: nothing is kept. */
final class OneLifeLog implements ChangeLog {

  private long last;

  @Override
  public long append(List<byte[]> records) {
    last += records.size();
    return last;
  }

  @Override
  public void replay(long after, Reader reader) {}

  @Override
  public long last() {
    return last;
  }

  @Override
  public long octetsAfter(long position) {
    return 0;
  }

  @Override
  public Replacement replacement() throws IOException {
    throw new IOException("it never becomes large");
  }

  @Override
  public void close() {}
}
