package org.holdfast.gateway.admin;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for events in the files, as they were when it was made. One thread. */
final class AuditSearch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AuditSearch.class);

  private final List<AuditReader> newestFirst;
  private final EventFilter filter;

  /** In these files, which it closes. */
  AuditSearch(List<AuditReader> newestFirst, EventFilter filter) {
    this.newestFirst = newestFirst;
    this.filter = filter;
  }

  /** The first events behind this id that match, oldest first; at most {@code limit}. */
  List<AuditEvent> after(long id, int limit) throws IOException {
    List<AuditReader> oldestFirst = newestFirst.reversed();
    List<AuditEvent> found = new ArrayList<>();
    for (int i = 0; i < oldestFirst.size() && found.size() < limit; i++) {
      boolean wholeBefore =
          i + 1 < oldestFirst.size() && oldestFirst.get(i + 1).firstId() <= id + 1;
      if (!wholeBefore) {
        oldestFirst.get(i).after(id, filter, event -> found.add(event) && found.size() < limit);
      }
    }
    return found;
  }

  /** The newest events before this id that match, oldest first; at most {@code limit}. */
  List<AuditEvent> newest(long before, int limit) throws IOException {
    ArrayDeque<AuditEvent> found = new ArrayDeque<>();
    for (int i = 0; i < newestFirst.size() && found.size() < limit; i++) {
      List<AuditEvent> ofFile = lastOf(newestFirst.get(i), before, limit - found.size());
      ofFile.reversed().forEach(found::addFirst);
    }
    return List.copyOf(found);
  }

  private List<AuditEvent> lastOf(AuditReader reader, long before, int limit) throws IOException {
    ArrayDeque<AuditEvent> last = new ArrayDeque<>();
    reader.after(
        0,
        filter,
        event -> {
          if (event.id() >= before) {
            return false;
          }
          last.addLast(event);
          if (last.size() > limit) {
            last.removeFirst();
          }
          return true;
        });
    return List.copyOf(last);
  }

  @Override
  public void close() {
    for (AuditReader reader : newestFirst) {
      try {
        reader.close();
      } catch (IOException e) {
        LOG.warn("closing a file of events: {}", e.toString());
      }
    }
  }
}
