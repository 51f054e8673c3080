package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.holdfast.holdqueue.disk.Disk;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one who writes a log. Whatever is asked while an fsync runs shares the next one, written by a
 * thread of its own; who comes alone writes and syncs in his own thread, without waiting for
 * anybody to wake up. {@code turn} makes sure that there is one writer at a time.
 *
 * <p>The order that makes 250 mean safe: write, force, then publish the new end and answer. After
 * any failed write or force nothing is answered with success any more, see {@link
 * LogFailedException}.
 */
final class LogWriter implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

  /** Most requests waiting; further callers wait to ask. */
  static final int WAITING = 4096;

  /** Most requests that share one fsync. */
  static final int BATCH = 1024;

  /** Octets of the buffer of a log that has no thread. */
  private static final int SMALL_BUFFER = 4 << 10;

  /** Who writes. */
  enum Writers {
    /** Who comes alone, and the log's own thread for all who come together. */
    CALLER_OR_THREAD,
    /** The log's own thread only, as when many come at once. */
    THREAD,
    /**
     * The caller only: one thread asks for everything, and what is written lazily is synced when it
     * asks for that. For a simulation, which owns the time.
     */
    CALLER
  }

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final SegmentLog log;
  private final Disk disk;
  private final Path directory;
  private final long salt;
  private final LogSettings settings;
  private final Writers writers;
  private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(WAITING);

  /**
   * Asked of the thread and not done yet. While there is any, nobody writes in his own thread: what
   * one caller asks for is done in the order in which he asked.
   */
  private final AtomicInteger waiting = new AtomicInteger();

  /** Several came together last time: more are to be expected, and one sync for all is better. */
  private volatile boolean crowded;

  /** Guards all that follows: who holds it is the writer. */
  private final ReentrantLock turn = new ReentrantLock();

  private final ByteBuffer buffer;

  /** What is answered when the batch is written, synced or not. */
  private final List<Runnable> written = new ArrayList<>();

  private Segment segment;
  private SegmentOutput output;

  /** Written but not synced since; 0: nothing is. */
  private long syncBy;

  private boolean dirty;
  private boolean closed;

  /** The writer tells those who asked, and is not at the disk. */
  private volatile boolean telling;

  /** Set by the writer, read by anybody. */
  private volatile @Nullable LogFailedException failure;

  LogWriter(
      SegmentLog log,
      Disk disk,
      Path directory,
      long salt,
      LogSettings settings,
      long first,
      Writers writers)
      throws IOException {
    this.writers = writers;
    this.buffer =
        writers == Writers.CALLER
            ? ByteBuffer.allocate(SMALL_BUFFER)
            : ByteBuffer.allocateDirect(SegmentOutput.BUFFER);
    this.log = log;
    this.disk = disk;
    this.directory = directory;
    this.salt = salt;
    this.settings = settings;
    this.segment = create(first);
    this.output = output(segment);
    begin();
  }

  @Nullable LogFailedException failure() {
    return failure;
  }

  /** Writes in the caller's thread when nobody else is at it, else asks the writer's thread. */
  void write(Request.Write request) {
    if (writers == Writers.THREAD
        || crowded
        || waiting.get() > 0
        || isOnlyCarrier()
        || !turn.tryLock()) {
      ask(request);
      return;
    }
    boolean alone;
    try {
      alone = !closed && waiting.get() == 0;
      if (alone) {
        writeAlone(request);
      }
    } finally {
      turn.unlock();
    }
    if (!alone) {
      ask(request);
    }
  }

  /** A virtual thread that waits for the disk would hold up all the others. */
  private static boolean isOnlyCarrier() {
    return PROCESSORS == 1 && Thread.currentThread().isVirtual();
  }

  private void writeAlone(Request.Write request) {
    boolean before = dirty;
    serve(List.of(request));
    if (dirty && !before && writers != Writers.CALLER) {
      waiting.incrementAndGet();
      if (!requests.offer(new Request.Nudge(new CompletableFuture<>()))) {
        waiting.decrementAndGet(); // it has enough to wake up for
      }
    }
  }

  /** Asks; blocks while too much is waiting. An interrupt does not undo it. */
  void ask(Request request) {
    if (writers == Writers.CALLER) {
      turn.lock();
      try {
        serve(List.of(request));
      } finally {
        turn.unlock();
      }
      return;
    }
    waiting.incrementAndGet();
    boolean interrupted = false;
    while (true) {
      try {
        requests.put(request);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    LogFailedException failed = failure;
    if (failed != null || log.closed()) {
      refuseAll();
    }
  }

  /** {@link SegmentLog#answers}. */
  boolean answers(Duration patience) throws InterruptedException {
    Request.Nudge nudge = new Request.Nudge(new CompletableFuture<>());
    waiting.incrementAndGet();
    if (!requests.offer(nudge)) {
      waiting.decrementAndGet();
      return isAtDisk();
    }
    try {
      nudge.done().get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return isAtDisk();
    } catch (ExecutionException e) {
      return true; // the disk failed: it says so
    }
  }

  private boolean isAtDisk() {
    return turn.isLocked() && !telling;
  }

  private void tell(List<Runnable> those) {
    telling = true;
    try {
      those.forEach(Runnable::run);
    } finally {
      telling = false;
    }
  }

  @Override
  public void run() {
    List<Request> batch = new ArrayList<>(BATCH);
    boolean ended = false;
    long patience = Long.MAX_VALUE;
    while (!ended) {
      batch.clear();
      gather(batch, patience);
      turn.lock();
      try {
        requests.drainTo(batch, BATCH - batch.size()); // who came while somebody else wrote
        crowded = batch.size() > 1;
        serve(batch);
        ended = closed;
        patience = dirty ? Math.max(0, syncBy - System.nanoTime()) : Long.MAX_VALUE;
      } finally {
        waiting.addAndGet(-batch.size());
        turn.unlock();
      }
    }
    refuseAll();
  }

  private void gather(List<Request> batch, long patience) {
    try {
      Request first = requests.poll(patience, TimeUnit.NANOSECONDS);
      if (first != null) {
        batch.add(first);
      }
    } catch (InterruptedException e) {
      LOG.warn("somebody interrupted the log's writer; ignored");
    }
  }

  private void serve(List<Request> batch) {
    List<Runnable> answers = new ArrayList<>(batch.size());
    written.clear();
    try {
      boolean sync = dirty && syncBy - System.nanoTime() <= 0;
      for (Request request : batch) {
        sync |= serve(request, answers);
      }
      finish(sync);
      tell(answers);
    } catch (IOException | RuntimeException | Error e) {
      fail(e); // an Error too: else everybody who asked would wait for ever
      batch.forEach(r -> r.done().completeExceptionally(failed(e)));
      closed |= batch.stream().anyMatch(r -> r instanceof Request.Close); // else it waits for ever
    }
  }

  private void finish(boolean sync) throws IOException {
    if (closed) {
      return;
    }
    output.flush();
    tell(written);
    if (sync) {
      sync();
    }
  }

  /** Returns whether a sync must come before the answer. */
  private boolean serve(Request request, List<Runnable> answers) throws IOException {
    LogFailedException failed = failure;
    if (failed != null && !(request instanceof Request.Close)) {
      request.done().completeExceptionally(failed(failed));
      return false;
    }
    return switch (request) {
      case Request.Write write -> write(write, answers);
      case Request.Nudge nudge -> {
        written.add(() -> nudge.done().complete(output.end()));
        yield false;
      }
      case Request.Sync sync -> {
        answers.add(() -> sync.done().complete(output.end()));
        yield true;
      }
      case Request.Replace replace -> {
        replace(replace, answers);
        yield false;
      }
      case Request.Roll roll -> {
        rollUnlessEmpty();
        answers.add(() -> roll.done().complete(segment.base()));
        yield false;
      }
      case Request.Close close -> {
        close(close);
        yield false;
      }
    };
  }

  private boolean write(Request.Write write, List<Runnable> answers) throws IOException {
    long last = 0;
    try {
      for (Entry entry : write.entries()) {
        last = add(entry);
      }
    } catch (ContentException e) {
      write.done().completeExceptionally(e);
      return false;
    }
    long position = last;
    if (write.lazy()) {
      written.add(() -> write.done().complete(position));
      dirtied();
      return false;
    }
    answers.add(() -> write.done().complete(position));
    return true;
  }

  private void dirtied() {
    if (!dirty) {
      dirty = true;
      syncBy = System.nanoTime() + settings.lazyNanos();
    }
  }

  private long add(Entry entry) throws IOException {
    long footprint = Frame.footprint(entry.length());
    if (output.offset() > SegmentHead.SIZE
        && output.offset() + footprint > settings.segmentBytes()) {
      roll();
    }
    long position = output.append(entry);
    log.wrote(position);
    return position;
  }

  private void rollUnlessEmpty() throws IOException {
    if (output.offset() > SegmentHead.SIZE) {
      roll();
    }
  }

  /** The full segment is safe to its end before the next one exists: see {@link Recovery}. */
  private void roll() throws IOException {
    seal();
    long next = output.behind();
    segment = create(next);
    output = output(segment);
    begin();
  }

  private void seal() throws IOException {
    output.seal();
    segment.length(output.offset());
  }

  private Segment create(long base) throws IOException {
    Path path = directory.resolve(Segment.name(base));
    return new Segment(base, path, disk.create(path), 0);
  }

  private SegmentOutput output(Segment of) {
    return new SegmentOutput(of.file(), of.base(), salt, settings.preallocateBytes(), buffer);
  }

  private void begin() throws IOException {
    output.begin(false);
    disk.syncDirectory(directory);
    segment.length(SegmentHead.SIZE);
    log.began(segment);
  }

  private void sync() throws IOException {
    output.sync();
    dirty = false;
    segment.length(output.offset());
    log.durable(output.end());
  }

  /**
   * The rename is the one moment at which the new contents take the place of all older segments:
   * {@link Recovery} drops those when it sees the flag. Until then nothing that fails is the log's
   * failure, and it goes on as it was.
   */
  private void replace(Request.Replace request, List<Runnable> answers) throws IOException {
    sync();
    Replacement by = request.by();
    try {
      if (request.seen() != log.last() || output.behind() > by.segment().base()) {
        throw new IOException("the log has grown since its replacement saw its end");
      }
      by.seal();
      disk.rename(by.part(), by.segment().path());
    } catch (IOException e) {
      requireAbsent(by.segment().path());
      request.done().completeExceptionally(e);
      return;
    }
    by.taken();
    disk.syncDirectory(directory);
    segment = create(by.end());
    output = output(segment);
    log.last(by.last());
    log.replaced(by.segment());
    begin();
    answers.add(() -> request.done().complete(by.last()));
  }

  /** After a rename that failed it is not known whether it has happened: it must not have. */
  private void requireAbsent(Path path) throws IOException {
    if (disk.list(directory).contains(path.getFileName().toString())) {
      disk.delete(path);
      disk.syncDirectory(directory);
    }
  }

  private void close(Request.Close request) {
    closed = true;
    try {
      if (failure == null) {
        sync();
        seal();
      }
      request.done().complete(output.end());
    } catch (IOException | RuntimeException e) {
      fail(e);
      request.done().completeExceptionally(failed(e));
    }
  }

  private void fail(Throwable because) {
    if (failure == null) {
      failure = failed(because);
      LOG.error("the log {} failed and takes nothing until restarted", directory, because);
      log.failed();
    }
    dirty = false;
  }

  private LogFailedException failed(Throwable because) {
    return new LogFailedException("the log failed: " + because.getMessage(), because);
  }

  /** Answers what was asked too late. */
  void refuseAll() {
    if (!closedForGood()) {
      return;
    }
    List<Request> late = new ArrayList<>();
    requests.drainTo(late);
    for (Request request : late) {
      CompletableFuture<Long> done = request.done();
      done.completeExceptionally(new java.nio.channels.ClosedChannelException());
    }
  }

  private boolean closedForGood() {
    return log.closed();
  }
}
