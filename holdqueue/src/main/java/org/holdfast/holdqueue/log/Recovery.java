package org.holdfast.holdqueue.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.disk.DiskFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the segments of a log after whatever happened.
 *
 * <p>Only the last segment can have a torn tail: a segment is synced to its end before the next one
 * is made. Bad octets with nothing good after them in the last segment are such a tail, were never
 * acknowledged, and are cut after a copy. All else that is bad stays where it is and is copied to
 * the quarantine by whoever reads it. New records always begin in a new segment behind everything
 * that was ever there, so a position is never used twice.
 */
final class Recovery {

  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Disk disk;
  private final Path directory;
  private final Quarantine quarantine;
  private final NavigableMap<Long, Segment> segments = new TreeMap<>();
  private long salt;
  private long next;

  Recovery(Disk disk, Path directory, Quarantine quarantine) {
    this.disk = disk;
    this.directory = directory;
    this.quarantine = quarantine;
  }

  /** What was found; {@code next} is where the next segment begins. */
  record Found(NavigableMap<Long, Segment> segments, long salt, long next) {}

  Found run(RandomGenerator random) throws IOException {
    disk.createDirectories(directory);
    List<Candidate> candidates = candidates();
    salt =
        candidates.stream()
            .map(Candidate::maybeHead)
            .filter(java.util.Objects::nonNull)
            .map(SegmentHead::salt)
            .findFirst()
            .orElseGet(random::nextLong);
    candidates = dropReplaced(candidates);
    for (Candidate candidate : candidates) {
      next = Math.max(next, candidate.base + Math.max(candidate.size, SegmentHead.SIZE));
      keep(candidate, candidate.base == candidates.getLast().base);
    }
    return new Found(segments, salt, Frame.padded(next));
  }

  /** A file with a segment's name. */
  private record Candidate(
      long base, Path path, DiskFile file, long size, @Nullable SegmentHead maybeHead) {}

  private List<Candidate> candidates() throws IOException {
    List<Candidate> found = new ArrayList<>();
    for (String name : disk.list(directory)) {
      OptionalLong base = Segment.base(name);
      if (base.isPresent()) {
        found.add(candidate(base.getAsLong(), directory.resolve(name)));
      } else if (name.endsWith(SegmentLog.UNFINISHED)) {
        disk.delete(directory.resolve(name));
      } else {
        LOG.warn("foreign file in the log's folder, left alone: {}", name);
      }
    }
    return found;
  }

  private Candidate candidate(long base, Path path) throws IOException {
    DiskFile file = disk.open(path);
    long size = file.size();
    ByteBuffer octets = ByteBuffer.allocate((int) Math.min(SegmentHead.SIZE, size));
    file.readFully(octets, 0);
    SegmentHead head = SegmentHead.decode(octets.flip());
    return new Candidate(base, path, file, size, head != null && head.base() == base ? head : null);
  }

  /** A rewrite's segment makes all before it void; its name appeared when it was complete. */
  private List<Candidate> dropReplaced(List<Candidate> candidates) throws IOException {
    long first =
        candidates.stream()
            .filter(c -> c.maybeHead != null && c.maybeHead.first())
            .mapToLong(Candidate::base)
            .max()
            .orElse(0);
    List<Candidate> left = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (candidate.base < first) {
        candidate.file.close();
        disk.delete(candidate.path);
      } else {
        left.add(candidate);
      }
    }
    return left;
  }

  private void keep(Candidate found, boolean last) throws IOException {
    if (found.maybeHead == null) {
      LOG.warn("segment {} has no readable head; looking for records in it", found.path);
    }
    long length = last ? cutTail(found) : found.size;
    if (length == 0 || (found.maybeHead != null && length <= SegmentHead.SIZE)) {
      found.file.close();
      emptied.add(found.path);
      return;
    }
    segments.put(found.base, new Segment(found.base, found.path, found.file, length));
  }

  /** Segments without a record, to be deleted once the next one stands in the directory. */
  private final List<Path> emptied = new ArrayList<>();

  List<Path> emptied() {
    return emptied;
  }

  /** Ranges without a good record, as offsets. */
  private record Range(long from, long to) {}

  private long cutTail(Candidate found) throws IOException {
    List<Range> gaps = new ArrayList<>();
    SegmentScanner scanner =
        new SegmentScanner(
            found.file,
            found.base,
            found.maybeHead == null ? 0 : SegmentHead.SIZE,
            found.size,
            salt,
            true,
            (from, to) -> gaps.add(new Range(from, to)));
    long end = found.maybeHead == null ? 0 : SegmentHead.SIZE;
    while (scanner.next() != null) {
      end = scanner.offset();
    }
    for (Range gap : gaps) {
      if (gap.from >= end) {
        quarantine.torn(found.file, found.base, gap.from, Math.min(gap.to, found.size));
      }
    }
    end = Math.min(end, found.size);
    found.file.truncate(end);
    writeAgain(found.file, end);
    found.file.force();
    return end;
  }

  /**
   * When an fsync failed before, what it was for may be readable and still not on the disk, and
   * another fsync would do nothing for it (Rebello et al., "Can Applications Recover from fsync
   * Failures?", USENIX ATC 2020). From here on it counts as safe, so it is written once more.
   */
  private static void writeAgain(DiskFile file, long end) throws IOException {
    ByteBuffer octets = ByteBuffer.allocate((int) Math.min(SegmentOutput.BUFFER, end));
    for (long at = 0; at < end; at += octets.limit()) {
      octets.clear().limit((int) Math.min(octets.capacity(), end - at));
      file.readFully(octets, at);
      file.write(octets.flip(), at);
    }
  }
}
