package org.holdfast.gateway.admin;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Who changed what, when and why: JSON lines in {@code DATA/audit/events.log}, appended, rotated by
 * size, not fsynced. The last {@link #TAIL} events are kept in memory for {@code GET /v1/events}.
 * Thread-safe.
 *
 * <p>A change is made first and told here after: an event that cannot be written is logged and
 * still shown from memory; the change stands.
 */
public final class AuditLog implements AutoCloseable {

  /** Events in memory. */
  static final int TAIL = 5_000;

  /** A file this large is set aside. */
  static final long MAX_FILE_BYTES = 16L * 1024 * 1024;

  /** Files set aside, {@code events.log.1} the newest; older ones are deleted. */
  static final int MAX_OLD_FILES = 8;

  private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

  private final Path file;
  private final InstantSource clock;
  private final long maxFileBytes;

  /** Guards everything below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition grown = lock.newCondition();
  private final ArrayDeque<AuditEvent> tail = new ArrayDeque<>();
  private FileChannel out;
  private long last;
  private long wakes;
  private boolean closed;

  private AuditLog(Path file, InstantSource clock, long maxFileBytes) throws IOException {
    this.file = file;
    this.clock = clock;
    this.maxFileBytes = maxFileBytes;
    Files.createDirectories(file.toAbsolutePath().getParent());
    recall(old(1));
    recall(file);
    this.out = openForAppend(file);
    endTornLine();
  }

  /** Opens the log of this data folder; made when there is none. */
  public static AuditLog open(Path data, InstantSource clock) throws IOException {
    return open(data, clock, MAX_FILE_BYTES);
  }

  static AuditLog open(Path data, InstantSource clock, long maxFileBytes) throws IOException {
    return new AuditLog(data.resolve("audit").resolve("events.log"), clock, maxFileBytes);
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
    return append(who, from, what, List.of(new Change(target, why, before, after))).getFirst();
  }

  /**
   * One of many changes of the same kind.
   *
   * @param before anything that JSON can say, like {@code after}
   */
  record Change(String target, String why, @Nullable Object before, @Nullable Object after) {}

  /** Tells many changes of one kind in one write. */
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

  /** The first events behind this id that are still in memory, oldest first. */
  public List<AuditEvent> after(long id, int limit) {
    lock.lock();
    try {
      return tail.stream().filter(event -> event.id() > id).limit(limit).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The newest events, oldest first. */
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
    try {
      if (out.size() >= maxFileBytes) {
        rotate();
      }
      writeFully(ByteBuffer.wrap(lines.toByteArray()));
    } catch (IOException e) {
      String first = lines.toString(StandardCharsets.UTF_8).lines().findFirst().orElse("");
      LOG.error("{} audit events could not be written to {}: {}", events.size(), file, first, e);
    }
  }

  private void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private void rotate() throws IOException {
    out.close();
    Files.deleteIfExists(old(MAX_OLD_FILES));
    for (int i = MAX_OLD_FILES - 1; i >= 1; i--) {
      if (Files.exists(old(i))) {
        Files.move(old(i), old(i + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(file, old(1));
    out = openForAppend(file);
  }

  private Path old(int number) {
    return file.resolveSibling("events.log." + number);
  }

  private static FileChannel openForAppend(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  // A crash may have left half a line: the next event must not be glued to it.
  private void endTornLine() throws IOException {
    if (out.size() > 0 && lastByte() != '\n') {
      writeFully(ByteBuffer.wrap(new byte[] {'\n'}));
    }
  }

  private byte lastByte() throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      in.read(one, in.size() - 1);
    }
    return one.get(0);
  }

  private void recall(Path old) throws IOException {
    if (!Files.exists(old)) {
      return;
    }
    try (BufferedReader lines = Files.newBufferedReader(old, StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null) {
        recallLine(new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
      }
    }
  }

  private void recallLine(String line) {
    try {
      remember(Json.MAPPER.readValue(line, AuditEvent.class));
    } catch (JacksonException e) {
      LOG.warn("audit log {}: a line cannot be read and is passed over", file);
    }
  }

  /** Wakes whoever follows; nothing is written any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      grown.signalAll();
      out.close();
    } catch (IOException e) {
      LOG.warn("closing {}", file, e);
    } finally {
      lock.unlock();
    }
  }
}
