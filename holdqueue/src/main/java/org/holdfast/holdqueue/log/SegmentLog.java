package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only log in a folder of its own: segments of records ({@link SegmentHead}, {@link
 * Frame} draw the octets), named by the position of their first octet. Thread-safe.
 *
 * <p>A position is the octet at which a record begins, counted from the log's birth; positions rise
 * and are never used twice. What {@link #append} returned for is on stable storage.
 */
public final class SegmentLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);

  /** Octets of a body that are read together with its head. */
  private static final int READ_AHEAD = 1_000;

  /** Ends the name of a file that is not part of the log yet. */
  static final String UNFINISHED = ".new";

  private final Disk disk;
  private final Path directory;
  private final Quarantine quarantine;
  private final long salt;
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  private final LogWriter writer;
  private final Thread thread;

  /** Guards the waiting for {@code durable} only. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition moved = lock.newCondition();

  /** Guarded by {@code lock}. */
  private boolean hurried;

  private volatile long durable;
  private volatile long last;
  private volatile boolean closed;

  private SegmentLog(
      Disk disk,
      Path directory,
      Quarantine quarantine,
      LogSettings settings,
      RandomGenerator random,
      LogWriter.Writers writers)
      throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.quarantine = quarantine;
    Recovery recovery = new Recovery(disk, directory, quarantine);
    Recovery.Found found = recovery.run(random);
    this.salt = found.salt();
    segments.putAll(found.segments());
    this.last = findLast();
    this.writer = new LogWriter(this, disk, directory, salt, settings, found.next(), writers);
    for (Path empty : recovery.emptied()) {
      disk.delete(empty);
    }
    disk.syncDirectory(directory);
    this.thread = Thread.ofPlatform().name("log-" + directory).daemon().unstarted(writer);
  }

  /**
   * Opens or begins the log in this folder and recovers it.
   *
   * @param quarantine folder for copies of what does not read back right
   * @param random gives a new log its salt; must not be guessable from outside
   */
  public static SegmentLog open(
      Disk disk, Path directory, Path quarantine, LogSettings settings, RandomGenerator random)
      throws IOException {
    return open(disk, directory, quarantine, settings, random, LogWriter.Writers.CALLER_OR_THREAD);
  }

  /** The same, with a say in who writes. */
  static SegmentLog open(
      Disk disk,
      Path directory,
      Path quarantine,
      LogSettings settings,
      RandomGenerator random,
      LogWriter.Writers writers)
      throws IOException {
    SegmentLog log =
        new SegmentLog(
            disk, directory, new Quarantine(disk, quarantine), settings, random, writers);
    if (writers != LogWriter.Writers.CALLER) {
      log.thread.start();
    }
    return log;
  }

  /**
   * Appends records in order and returns the position of the last one when all are on stable
   * storage. An entry that streams must be alone. Waits uninterruptibly.
   *
   * @throws LogFailedException the disk failed, now or earlier: nothing is acknowledged
   * @throws ContentException a streamed content could not be read; nothing was appended
   * @throws ClosedChannelException the log is closed
   */
  public long append(List<Entry> records) throws IOException {
    if (records.size() > 1 && records.stream().anyMatch(e -> e.streamed() != null)) {
      throw new IllegalArgumentException("an entry that streams must be alone");
    }
    return records.isEmpty()
        ? last
        : write(new Request.Write(records, false, new CompletableFuture<>()));
  }

  /**
   * Appends records that nobody waits for: written at once, synced with the next group or within
   * {@link LogSettings#lazyNanos}. A failure is the writer's to log; nobody is told.
   */
  public void appendSoon(List<Entry> records) {
    writer.write(new Request.Write(records, true, new CompletableFuture<>()));
  }

  /**
   * Appends records and returns when they are in the file: they outlive the process, and the
   * machine's failure when {@link LogSettings#lazyNanos} have passed.
   *
   * @throws IOException as {@link #append}
   */
  public void appendWritten(List<Entry> records) throws IOException {
    if (!records.isEmpty()) {
      write(new Request.Write(records, true, new CompletableFuture<>()));
    }
  }

  /**
   * Whether the writer is there: it takes what it is asked within this time, or waits for the disk,
   * or has been stopped. One whose disk failed is there and refuses.
   */
  public boolean answers(Duration patience) throws InterruptedException {
    return closed || (thread.isAlive() && writer.answers(patience));
  }

  /** Puts everything appended before this call on stable storage; returns the log's end. */
  public long sync() throws IOException {
    return ask(new Request.Sync(new CompletableFuture<>()));
  }

  /**
   * Begins a new segment, so that the one written to until now can be deleted or compacted. Nothing
   * happens when that one is empty. Returns the base of the segment that is written to.
   */
  public long roll() throws IOException {
    return ask(new Request.Roll(new CompletableFuture<>()));
  }

  /** Begins contents that may take the place of all that is in the log; see there. */
  public Replacement replacement() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    return new Replacement(this, disk, directory, salt);
  }

  long replace(Replacement by, long seen) throws IOException {
    return ask(new Request.Replace(by, seen, new CompletableFuture<>()));
  }

  private long write(Request.Write request) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    writer.write(request);
    return await(request.done());
  }

  private long ask(Request request) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    writer.ask(request);
    return await(request.done());
  }

  private static long await(CompletableFuture<Long> done) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return done.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw asThrown(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IOException asThrown(ExecutionException thrown) {
    return switch (thrown.getCause()) {
      case ContentException e -> e;
      case LogFailedException e -> new LogFailedException(String.valueOf(e.getMessage()), e);
      case ClosedChannelException e -> e;
      case null, default -> new IOException(thrown.getMessage(), thrown);
    };
  }

  /** The record that begins at this position; only its head has been checked. */
  public LogRecord read(long position) throws IOException {
    return read(position, READ_AHEAD);
  }

  /** The same; about this many octets of its body are going to be wanted. */
  public LogRecord read(long position, int wanted) throws IOException {
    Segment segment = holding(position);
    long offset = position - segment.base();
    if (offset < 0 || offset + Frame.HEAD > segment.length()) {
      throw new DamagedRecordException("no record at " + position);
    }
    int there = (int) Math.min((long) Frame.HEAD + wanted, segment.length() - offset);
    ByteBuffer head = ByteBuffer.allocate(there);
    segment.file().readFully(head, offset);
    Frame frame = Frame.decode(head, 0, salt, position);
    if (frame == null || frame.end() - segment.base() > Frame.padded(segment.length())) {
      throw new DamagedRecordException("no record at " + position);
    }
    int body = (int) Math.min(frame.length(), there - Frame.HEAD);
    return new LogRecord(frame, segment.file(), segment.base(), head.slice(Frame.HEAD, body));
  }

  private Segment holding(long position) throws IOException {
    Map.Entry<Long, Segment> entry = segments.floorEntry(position);
    if (entry == null) {
      throw new DamagedRecordException("no segment holds " + position);
    }
    return entry.getValue();
  }

  /** Takes records in order. */
  public interface Visitor {
    /** The record may be used until this returns. */
    void record(LogRecord record) throws IOException;
  }

  /**
   * Hands out every durable record that begins at or after {@code from} and before {@code until},
   * in order; damaged ranges are copied to the quarantine and left out. Returns where to go on.
   *
   * @param bodies whether bodies are checked too; heads always are
   */
  public long replay(long from, long until, boolean bodies, Visitor visitor) throws IOException {
    long at = from;
    Long floor = segments.floorKey(from);
    for (Segment segment : segments.tailMap(floor == null ? from : floor, true).values()) {
      if (segment.base() >= until) {
        break;
      }
      at = Math.max(at, replay(segment, Math.max(at, segment.base()), until, bodies, visitor));
    }
    return Math.max(at, Math.min(until, durable));
  }

  private long replay(Segment segment, long from, long until, boolean bodies, Visitor visitor)
      throws IOException {
    long length = segment.length();
    long start = Math.max(SegmentHead.SIZE, from - segment.base());
    SegmentScanner scanner =
        new SegmentScanner(
            segment.file(),
            segment.base(),
            start,
            length,
            salt,
            bodies,
            (gapFrom, gapTo) ->
                quarantine.damaged(
                    segment.file(), segment.base(), gapFrom, Math.min(gapTo, length)));
    LogRecord record = scanner.next();
    while (record != null && record.position() < until) {
      visitor.record(record);
      record = scanner.next();
    }
    return record != null ? record.position() : segment.base() + Math.max(scanner.offset(), length);
  }

  /** Keeps a copy of a record whose checksums are right and that makes no sense, and counts it. */
  public void senseless(LogRecord record) throws IOException {
    Segment segment = holding(record.position());
    long from = record.position() - segment.base();
    quarantine.damaged(
        segment.file(), segment.base(), from, from + Frame.footprint(record.length()));
  }

  /** Keeps a copy of what is at this position, if it is no good record any more, and counts it. */
  public void suspect(long position) throws IOException {
    replay(position, position + 1, true, record -> {});
  }

  /** Octets of the segment that begins here; 0 when there is none. */
  public long segmentLength(long base) {
    Segment segment = segments.get(base);
    return segment == null ? 0 : segment.length();
  }

  /** Position after the last record that is on stable storage. */
  public long end() {
    return durable;
  }

  /** Position of the last record written; 0 when there is none. */
  public long last() {
    return last;
  }

  /** Position of the first octet kept. */
  public long begin() {
    return segments.firstKey();
  }

  /** Has the one who waits in {@link #awaitBeyond}, or is about to, look up once. */
  public void hurry() {
    lock.lock();
    try {
      hurried = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something beyond this position is durable, somebody says {@link #hurry}, the time
   * is over or the log closes. For one thread.
   */
  public boolean awaitBeyond(long position, long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (durable <= position && left > 0 && !closed && !hurried) {
        left = moved.awaitNanos(left);
      }
      hurried = false;
      return durable > position;
    } finally {
      lock.unlock();
    }
  }

  /** Bases of the segments, first to last; the last is the one written to. */
  public List<Long> segments() {
    return List.copyOf(segments.keySet());
  }

  /** Base of the segment that holds this position; 0 when none does. */
  public long segmentHolding(long position) {
    Long base = segments.floorKey(position);
    return base == null ? 0 : base;
  }

  /** What the segments take on disk, preallocation aside. */
  public long octets() {
    return segments.values().stream().mapToLong(Segment::length).sum();
  }

  /** Deletes a whole segment that nothing refers to; the one written to is never deleted. */
  public void delete(long base) throws IOException {
    Segment segment = segments.get(base);
    if (segment == null || base == segments.lastKey()) {
      return;
    }
    segments.remove(base);
    segment.close();
    disk.delete(segment.path());
    disk.syncDirectory(directory);
  }

  /** Why nothing is taken any more; empty while all is well. */
  public Optional<String> failure() {
    return Optional.ofNullable(writer.failure()).map(e -> String.valueOf(e.getMessage()));
  }

  /** Damaged ranges met since the start. */
  public long damagedRanges() {
    return quarantine.ranges();
  }

  /** Syncs what is written and closes; what is asked later is refused. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    CompletableFuture<Long> done = new CompletableFuture<>();
    writer.ask(new Request.Close(done));
    try {
      await(done);
    } finally {
      closed = true;
      durable(durable);
      join();
      writer.refuseAll();
      for (Segment segment : segments.values()) {
        segment.close();
      }
    }
  }

  private void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long findLast() throws IOException {
    for (Segment segment : segments.descendingMap().values()) {
      long[] found = {0};
      replay(segment, segment.base(), Long.MAX_VALUE, false, r -> found[0] = r.position());
      if (found[0] > 0) {
        return found[0];
      }
    }
    return 0;
  }

  // From the writer's thread.

  boolean closed() {
    return closed;
  }

  void began(Segment segment) {
    segments.put(segment.base(), segment);
    durable(segment.end());
  }

  void wrote(long position) {
    last = position;
  }

  void last(long position) {
    last = position;
  }

  void durable(long end) {
    lock.lock();
    try {
      durable = end;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void failed() {
    durable(durable);
  }

  /** What is older is void: what cannot be deleted, {@link Recovery} drops. */
  void replaced(Segment by) throws IOException {
    List<Segment> old = List.copyOf(segments.values());
    segments.put(by.base(), by);
    segments.headMap(by.base()).clear();
    for (Segment segment : old) {
      try {
        segment.close();
        disk.delete(segment.path());
      } catch (IOException e) {
        LOG.warn("{} is void and could not be deleted: {}", segment.path(), e.toString());
      }
    }
    disk.syncDirectory(directory);
  }
}
