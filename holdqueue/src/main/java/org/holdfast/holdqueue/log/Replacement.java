package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import org.holdfast.holdqueue.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * New contents for a whole log. They grow beside it, under a name that is no segment's, while the
 * log goes on taking records; whatever fails here is not the log's failure. {@link #replace} makes
 * them the log, in one rename. One thread.
 *
 * <p>A record's checksum covers its position, so the positions must be known before it is known how
 * far the log will have come: they begin {@link #AHEAD} of its end. That leaves room for millions
 * of replacements.
 */
public final class Replacement implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);

  /** How far the log may grow meanwhile, in octets. */
  static final long AHEAD = 1L << 40;

  /** Room that is left to others, in octets: without it this gives up. */
  static final long SPARE = 256L << 20;

  private final Disk disk;
  private final SegmentLog log;
  private final Path directory;
  private final Path part;
  private final Segment segment;
  private final SegmentOutput output;
  private long last;
  private long asked;
  private boolean open = true;

  Replacement(SegmentLog log, Disk disk, Path directory, long salt) throws IOException {
    this.log = log;
    this.disk = disk;
    this.directory = directory;
    long base = Frame.padded(log.end()) + AHEAD;
    if (base < 0) {
      throw new IOException("the log has no positions left for a replacement");
    }
    Path path = directory.resolve(Segment.name(base));
    this.part = directory.resolve(Segment.name(base) + SegmentLog.UNFINISHED);
    requireRoom();
    if (disk.list(directory).contains(part.getFileName().toString())) {
      disk.delete(part); // of one that could not be deleted when it was given up
    }
    this.segment = new Segment(base, path, disk.create(part), 0);
    this.output =
        new SegmentOutput(
            segment.file(), base, salt, 0, ByteBuffer.allocateDirect(SegmentOutput.BUFFER));
    try {
      output.begin(true);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Adds records; they are on stable storage after {@link #sync} or {@link #replace}.
   *
   * @throws IOException the disk failed or is nearly full: close this, the log is as it was
   */
  public void append(List<Entry> records) throws IOException {
    requireOpen();
    for (Entry record : records) {
      last = output.append(record);
    }
    if (output.offset() - asked >= SegmentOutput.BUFFER) {
      requireRoom();
      asked = output.offset();
    }
  }

  private void requireRoom() throws IOException {
    if (disk.freeSpace(directory) < SPARE) {
      throw new IOException("there is too little room on the disk to write the log anew");
    }
  }

  private void requireOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  /** Puts what was added on stable storage, so that less is left to do for {@link #replace}. */
  public void sync() throws IOException {
    requireOpen();
    output.sync();
  }

  /**
   * Makes this the log, atomically with respect to a crash: afterwards the old or the new contents
   * are there, never a mixture. Appends wait meanwhile. Returns the position of the last record.
   *
   * @param seen the last record of the old log that is in here
   * @throws IOException the old log is as it was, unless it says of itself that it failed
   */
  public long replace(long seen) throws IOException {
    requireOpen();
    return log.replace(this, seen);
  }

  /** Gives it up, unless it has become the log. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      segment.close();
      disk.delete(part);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted; the next start does it: {}", part, e.toString());
    }
  }

  // For the log's writer.

  Path part() {
    return part;
  }

  Segment segment() {
    return segment;
  }

  long last() {
    return last;
  }

  long end() {
    return output.end();
  }

  void seal() throws IOException {
    output.seal();
    segment.length(output.offset());
  }

  void taken() {
    open = false;
  }
}
