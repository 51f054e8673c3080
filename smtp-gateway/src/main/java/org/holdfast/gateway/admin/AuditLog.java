package org.holdfast.gateway.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Who changed what, when and why: JSON lines in {@code DATA/audit/events.log}, appended, bounded by
 * time and size ({@link AuditFiles}), fsynced within {@link #SYNC_EVERY} or as fast as the disk
 * can: the changes themselves are safe before they are told. The last {@link #TAIL} events are kept
 * in memory too, for those who follow. Thread-safe.
 *
 * <p>A change is made first and told here after: an event that cannot be written is logged and
 * still shown from memory; the change stands.
 */
public final class AuditLog implements AutoCloseable {

  /** Events in memory. */
  static final int TAIL = 5_000;

  /** How much of a file's end is read at the start. */
  private static final long RECALLED_BYTES = 4L * 1024 * 1024;

  /** How long events are kept unless somebody says otherwise. */
  static final Duration USUAL_KEEP = Duration.ofDays(90);

  /** Between two fsyncs: a power cut costs the events of so long. */
  static final Duration SYNC_EVERY = Duration.ofSeconds(1);

  /** Between two looks for what is old. */
  private static final Duration TIDY_EVERY = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  private final InstantSource clock;

  /** Guards everything below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition grown = lock.newCondition();
  private final Condition written = lock.newCondition();
  private final ArrayDeque<AuditEvent> tail = new ArrayDeque<>();
  private final AuditFiles files;
  private Instant tidied;
  private long last;
  private long wakes;
  private boolean unsynced;
  private boolean closed;

  private AuditLog(AuditFiles files, InstantSource clock) throws IOException {
    this.files = files;
    this.clock = clock;
    this.tidied = clock.instant();
    files.tidy(tidied);
    List<AuditReader> readers = files.readers();
    try (AuditSearch _ = new AuditSearch(readers, EventFilter.ANY)) {
      for (int i = Math.min(2, readers.size()) - 1; i >= 0; i--) {
        readers.get(i).last(RECALLED_BYTES, this::recall);
      }
    }
  }

  /** Opens the log of this data folder; made when there is none. */
  public static AuditLog open(Path data, InstantSource clock) throws IOException {
    return open(data, clock, USUAL_KEEP);
  }

  /** The same; events older than {@code keep} are deleted. */
  public static AuditLog open(Path data, InstantSource clock, Duration keep) throws IOException {
    return open(data, clock, AuditFiles.MAX_FILE_BYTES, keep);
  }

  static AuditLog open(Path data, InstantSource clock, long maxFileBytes, Duration keep)
      throws IOException {
    Path file = data.resolve("audit").resolve("events.log");
    AuditLog log = new AuditLog(new AuditFiles(file, maxFileBytes, keep), clock);
    Thread.ofVirtual().name("audit-sync").start(log::sync);
    return log;
  }

  /** Tells one change; {@code before} and {@code after} are anything that JSON can say. */
  public AuditEvent append(
      String who,
      String from,
      String what,
      String target,
      String why,
      @Nullable Object before,
      @Nullable Object after) {
    AuditEvent event =
        append(who, from, what, List.of(new Change(target, why, before, after))).getFirst();
    ChangeLines.one(event);
    return event;
  }

  /**
   * One of many changes of the same kind.
   *
   * @param before anything that JSON can say, like {@code after}
   */
  record Change(String target, String why, @Nullable Object before, @Nullable Object after) {}

  /** Tells many changes of one kind in one write; its caller writes the line for the log. */
  List<AuditEvent> append(Caller by, String what, List<Change> changes) {
    return append(by.name(), by.from(), what, changes);
  }

  private List<AuditEvent> append(String who, String from, String what, List<Change> changes) {
    List<JsonNode[]> trees = changes.stream().map(AuditLog::trees).toList();
    List<AuditEvent> events = new ArrayList<>(changes.size());
    lock.lock();
    try {
      for (int i = 0; i < changes.size(); i++) {
        Change change = changes.get(i);
        @Nullable JsonNode[] tree = trees.get(i);
        events.add(
            new AuditEvent(
                last + 1 + i,
                clock.instant(),
                who,
                from,
                what,
                change.target(),
                change.why(),
                tree[0],
                tree[1]));
      }
      write(events);
      events.forEach(this::remember);
      grown.signalAll();
      return events;
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable JsonNode[] trees(Change change) {
    return new @Nullable JsonNode[] {tree(change.before()), tree(change.after())};
  }

  /** As above, by whoever asked. */
  AuditEvent append(
      Caller by,
      String what,
      String target,
      String why,
      @Nullable Object before,
      @Nullable Object after) {
    return append(by.name(), by.from(), what, target, why, before, after);
  }

  /** What the gateway does by itself, or what befalls it. */
  public void ofGateway(
      String what, String target, String why, @Nullable Object before, @Nullable Object after) {
    var _ = append("gateway", "", what, target, why, before, after);
  }

  /**
   * Some events.
   *
   * @param events oldest first
   * @param upTo all that match up to this id are among them
   */
  record Found(List<AuditEvent> events, long upTo) {}

  /** The first events behind this id that match, at most {@code limit}, however old they are. */
  Found after(long id, EventFilter filter, int limit) throws IOException {
    List<AuditReader> readers;
    long all;
    lock.lock();
    try {
      long from = Math.min(id, last); // an id of tomorrow would keep its asker waiting for ever
      if (from + 1 >= firstInMemory()) {
        List<AuditEvent> found =
            tail.stream()
                .filter(event -> event.id() > from && filter.matches(event))
                .limit(limit)
                .toList();
        return new Found(found, found.size() == limit ? found.getLast().id() : last);
      }
      readers = files.readers();
      all = last;
    } finally {
      lock.unlock();
    }
    try (AuditSearch search = new AuditSearch(readers, filter)) {
      List<AuditEvent> found = search.after(id, limit);
      return new Found(found, found.size() == limit ? found.getLast().id() : all);
    }
  }

  private long firstInMemory() {
    return tail.isEmpty() ? last + 1 : tail.getFirst().id();
  }

  /** The newest events that match, oldest first; at most {@code limit}. */
  List<AuditEvent> newest(EventFilter filter, int limit) throws IOException {
    ArrayDeque<AuditEvent> found = new ArrayDeque<>();
    List<AuditReader> readers;
    long before;
    lock.lock();
    try {
      tail.descendingIterator()
          .forEachRemaining(event -> {
            if (found.size() < limit && filter.matches(event)) {
              found.addFirst(event);
            }
          });
      before = firstInMemory();
      if (found.size() == limit || before <= 1) {
        return List.copyOf(found);
      }
      readers = files.readers();
    } finally {
      lock.unlock();
    }
    try (AuditSearch search = new AuditSearch(readers, filter)) {
      search.newest(before, limit - found.size()).reversed().forEach(found::addFirst);
      return List.copyOf(found);
    }
  }

  /** The first events behind this id that are still in memory, oldest first. */
  List<AuditEvent> after(long id, int limit) {
    lock.lock();
    try {
      return tail.stream().filter(event -> event.id() > id).limit(limit).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The newest events, oldest first; at most {@link #TAIL}. */
  public List<AuditEvent> newest(int limit) {
    return after(Math.max(0, last() - limit), limit);
  }

  /** The id of the newest event; 0 when there is none. */
  public long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there is an event behind this id, {@link #wake} is said, or the time is over. */
  void awaitAfter(long id, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lockInterruptibly();
    try {
      long before = wakes;
      while (last <= id && !closed && wakes == before && left > 0) {
        left = grown.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets whoever waits look around. */
  void wake() {
    lock.lock();
    try {
      wakes++;
      grown.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable JsonNode tree(@Nullable Object value) {
    return value == null ? null : Json.MAPPER.valueToTree(value);
  }

  private void remember(AuditEvent event) {
    last = event.id();
    tail.addLast(event);
    if (tail.size() > TAIL) {
      tail.removeFirst();
    }
  }

  private void write(List<AuditEvent> events) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (AuditEvent event : events) {
      lines.writeBytes(Json.bytes(event));
      lines.write('\n');
    }
    Instant now = clock.instant();
    unsynced = true;
    written.signal();
    try {
      files.append(lines.toByteArray(), now);
      if (tidied.plus(TIDY_EVERY).isBefore(now)) {
        tidy(now);
      }
    } catch (IOException e) {
      String first = lines.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
      LOG.error("{} events may not be in their file: {}", events.size(), first, e);
    }
  }

  /** The only thread that waits for the disk; whoever tells an event does not. */
  private void sync() {
    boolean failing = false;
    for (FileChannel file = toSync(); file != null; file = toSync()) {
      try {
        file.force(false);
        failing = false;
      } catch (ClosedChannelException _) {
        // set aside meanwhile, and synced before
      } catch (IOException e) {
        if (!failing) {
          LOG.error("events could not be synced; after a power cut the last may be lost", e);
        }
        failing = true;
      }
    }
  }

  /** Waits its time, then for something to sync; null: the end. */
  private @Nullable FileChannel toSync() {
    lock.lock();
    try {
      long left = SYNC_EVERY.toNanos();
      while (left > 0 && !closed) {
        left = written.awaitNanos(left);
      }
      while (!unsynced && !closed) {
        written.await();
      }
      unsynced = false;
      return closed ? null : files.current();
    } catch (InterruptedException _) {
      return null; // nobody does
    } finally {
      lock.unlock();
    }
  }

  /** Deletes what is too old. Happens by itself whenever something is told. */
  void tidy() {
    lock.lock();
    try {
      tidy(clock.instant());
    } catch (IOException e) {
      LOG.warn("old events could not be deleted", e);
    } finally {
      lock.unlock();
    }
  }

  private void tidy(Instant now) throws IOException {
    tidied = now;
    files.tidy(now);
  }

  private boolean recall(AuditEvent event) {
    remember(event);
    return true;
  }

  /** Wakes whoever follows; nothing is written any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      grown.signalAll();
      written.signal();
      files.close();
    } catch (IOException e) {
      LOG.warn("closing the file of events", e);
    } finally {
      lock.unlock();
    }
  }
}
