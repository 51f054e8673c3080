package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log that nobody opened, or that somebody else is writing, and changes nothing: no tail is
 * cut, nothing is copied to the quarantine. One thread.
 *
 * <p>What another process appends or deletes meanwhile may or may not be seen. A log that is being
 * written to ends in a torn tail for a moment; that is no damage.
 */
public final class LogReader implements AutoCloseable {

  /** Segments as {@link Recovery} would keep them. */
  private final NavigableMap<Long, Opened> segments = new TreeMap<>();

  private final List<String> foreign = new ArrayList<>();
  private long salt;
  private boolean salted;

  private record Opened(DiskFile file, long size, @Nullable SegmentHead maybeHead) {}

  /** What is found, in the order of the log. */
  public interface Visitor {

    /** A segment begins; {@code octets} long, its head readable or not. */
    void segment(String name, long octets, boolean head) throws IOException;

    /** A record whose checksums are right; may be used until this returns. */
    void record(LogRecord record) throws IOException;

    /** Octets of this segment that are no good record. */
    void damaged(String segment, long offset, long octets) throws IOException;

    /** The same at the end of the last segment: never acknowledged, or being written just now. */
    void torn(String segment, long offset, long octets) throws IOException;
  }

  /** Opens all segments in this folder. */
  public static LogReader open(Disk disk, Path directory) throws IOException {
    LogReader reader = new LogReader();
    try {
      for (String name : disk.list(directory)) {
        reader.add(disk, directory, name);
      }
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
    reader.dropReplaced();
    return reader;
  }

  private LogReader() {}

  private void add(Disk disk, Path directory, String name) throws IOException {
    OptionalLong base = Segment.base(name);
    if (base.isEmpty()) {
      foreign.add(name);
      return;
    }
    DiskFile file;
    try {
      file = disk.open(directory.resolve(name));
    } catch (java.nio.file.NoSuchFileException e) {
      return; // deleted by its owner since the folder was listed
    }
    SegmentHead head = head(file, base.getAsLong());
    if (head != null && !salted) {
      salt = head.salt();
      salted = true;
    }
    segments.put(base.getAsLong(), new Opened(file, file.size(), head));
  }

  private static @Nullable SegmentHead head(DiskFile file, long base) throws IOException {
    ByteBuffer octets = ByteBuffer.allocate((int) Math.min(SegmentHead.SIZE, file.size()));
    file.readFully(octets, 0);
    SegmentHead head = SegmentHead.decode(octets.flip());
    return head != null && head.base() == base ? head : null;
  }

  /** A rewrite that was interrupted left older segments, which are void. */
  private void dropReplaced() throws IOException {
    long first = 0;
    for (Map.Entry<Long, Opened> each : segments.entrySet()) {
      SegmentHead head = each.getValue().maybeHead;
      first = head != null && head.first() ? each.getKey() : first;
    }
    NavigableMap<Long, Opened> replaced = segments.headMap(first, false);
    for (Opened each : replaced.values()) {
      each.file.close();
    }
    replaced.clear();
  }

  /** Files in the folder that are no segments. */
  public List<String> foreign() {
    return List.copyOf(foreign);
  }

  /** Whether there is no segment. */
  public boolean empty() {
    return segments.isEmpty();
  }

  /** Octets of all segments. */
  public long octets() {
    return segments.values().stream().mapToLong(Opened::size).sum();
  }

  /** Whether a segment's head told the log's salt: without it no record can be recognized. */
  public boolean salted() {
    return salted;
  }

  /** Reads everything and looks at every checksum. */
  public void read(Visitor visitor) throws IOException {
    for (Map.Entry<Long, Opened> each : segments.entrySet()) {
      long base = each.getKey();
      Opened segment = each.getValue();
      visitor.segment(Segment.name(base), segment.size, segment.maybeHead != null);
      read(base, segment, visitor);
    }
  }

  /** A range of a segment. */
  private record Gap(long from, long to) {}

  private void read(long base, Opened segment, Visitor visitor) throws IOException {
    List<Gap> gaps = new ArrayList<>();
    String name = Segment.name(base);
    long begin = Math.min(segment.maybeHead == null ? 0 : SegmentHead.SIZE, segment.size);
    SegmentScanner scanner =
        new SegmentScanner(
            segment.file,
            base,
            begin,
            segment.size,
            salt,
            true,
            (from, to) -> gaps.add(new Gap(from, Math.min(to, segment.size))));
    for (LogRecord record = scanner.next(); record != null; record = scanner.next()) {
      for (Gap gap : gaps) {
        visitor.damaged(name, gap.from, gap.to - gap.from);
      }
      gaps.clear();
      visitor.record(record);
    }
    boolean last = base == segments.lastKey();
    for (Gap gap : gaps) {
      if (last) {
        visitor.torn(name, gap.from, gap.to - gap.from);
      } else {
        visitor.damaged(name, gap.from, gap.to - gap.from);
      }
    }
  }

  /** The record that begins at this position; only its head has been checked. */
  public LogRecord at(long position) throws IOException {
    Map.Entry<Long, Opened> holding = segments.floorEntry(position);
    if (holding == null) {
      throw new DamagedRecordException("no segment holds " + position);
    }
    long offset = position - holding.getKey();
    ByteBuffer head = ByteBuffer.allocate(Frame.HEAD);
    holding.getValue().file.readFully(head, offset);
    Frame frame = Frame.decode(head, 0, salt, position);
    if (frame == null) {
      throw new DamagedRecordException("no record at " + position);
    }
    return new LogRecord(frame, holding.getValue().file, holding.getKey(), ByteBuffer.allocate(0));
  }

  @Override
  public void close() throws IOException {
    for (Opened each : segments.values()) {
      each.file.close();
    }
  }
}
