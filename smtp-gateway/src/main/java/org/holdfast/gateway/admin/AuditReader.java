package org.holdfast.gateway.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * One file of events, as far as it went when it was opened; renaming or deleting it does not
 * disturb. A line that cannot be read is passed over. One thread.
 */
final class AuditReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AuditReader.class);

  private static final int BUFFER = 64 * 1024;

  private final Path name;
  private final FileChannel in;
  private final long end;

  private AuditReader(Path name, FileChannel in) throws IOException {
    this.name = name;
    this.in = in;
    this.end = in.size();
  }

  static AuditReader of(Path file) throws IOException {
    FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
    return new AuditReader(file, in);
  }

  /** When the first event was; null: there is none. */
  @Nullable Instant began() throws IOException {
    Optional<AuditEvent> first = first(0);
    return first.map(AuditEvent::at).orElse(null);
  }

  /** The id of the first event; {@link Long#MAX_VALUE}: there is none. */
  long firstId() throws IOException {
    return first(0).map(AuditEvent::id).orElse(Long.MAX_VALUE);
  }

  private Optional<AuditEvent> first(long from) throws IOException {
    Lines lines = new Lines(from);
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      Optional<AuditEvent> event = event(line);
      if (event.isPresent()) {
        return event;
      }
    }
    return Optional.empty();
  }

  /** Goes through the last octets of the file, about so many. */
  void last(long octets, Predicate<AuditEvent> each) throws IOException {
    long from = Math.max(0, end - octets);
    go(from == 0 ? 0 : lineAfter(from), EventFilter.ANY, each);
  }

  /** Goes through what matches behind this id, oldest first, until {@code each} says false. */
  void after(long id, EventFilter filter, Predicate<AuditEvent> each) throws IOException {
    go(place(id), filter, event -> event.id() <= id || each.test(event));
  }

  private void go(long from, EventFilter filter, Predicate<AuditEvent> each) throws IOException {
    List<byte[]> signs = filter.signs();
    Lines lines = new Lines(from);
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      byte[] text = line;
      if (signs.stream().allMatch(sign -> contains(text, sign))) {
        Optional<AuditEvent> event = event(text).filter(filter::matches);
        if (event.isPresent() && !each.test(event.get())) {
          return;
        }
      }
    }
  }

  /** Where a line begins from which on nothing with a higher id is left out; by halving. */
  private long place(long id) throws IOException {
    long low = 0;
    long high = end;
    while (high - low > BUFFER) {
      long middle = lineAfter(low + (high - low) / 2);
      if (middle >= high || first(middle).map(AuditEvent::id).orElse(Long.MAX_VALUE) > id) {
        high = low + (high - low) / 2;
      } else {
        low = middle;
      }
    }
    return low;
  }

  private long lineAfter(long position) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    for (long at = position; at < end; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(BUFFER, end - at));
      read(buffer, at);
      for (int i = 0; i < buffer.limit(); i++) {
        if (buffer.get(i) == '\n') {
          return at + i + 1;
        }
      }
    }
    return end;
  }

  private void read(ByteBuffer buffer, long at) throws IOException {
    long from = at;
    while (buffer.hasRemaining()) {
      int octets = in.read(buffer, from);
      if (octets < 0) {
        throw new IOException(name + " is shorter than it was");
      }
      from += octets;
    }
    buffer.flip();
  }

  private Optional<AuditEvent> event(byte[] line) {
    try {
      return Optional.of(Json.MAPPER.readValue(line, AuditEvent.class));
    } catch (JacksonException e) {
      LOG.warn("audit log {}: a line cannot be read and is passed over", name);
      return Optional.empty();
    }
  }

  private static boolean contains(byte[] line, byte[] sign) {
    for (int i = 0; i <= line.length - sign.length; i++) {
      if (line[i] == sign[0] && Arrays.equals(line, i, i + sign.length, sign, 0, sign.length)) {
        return true;
      }
    }
    return false;
  }

  /** Line by line from a place; the last one only if it has its end. */
  private final class Lines {

    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
    private long at;

    Lines(long from) {
      this.at = from;
    }

    /** Null after the last. */
    byte @Nullable [] next() throws IOException {
      while (true) {
        for (int i = buffer.position(); i < buffer.limit(); i++) {
          if (buffer.get(i) == '\n') {
            byte[] line = new byte[i - buffer.position()];
            buffer.get(line).get();
            return line;
          }
        }
        if (at >= end) {
          return null;
        }
        more();
      }
    }

    private void more() throws IOException {
      int left = buffer.remaining();
      ByteBuffer next = ByteBuffer.allocate(left + (int) Math.min(BUFFER, end - at));
      next.put(buffer);
      read(next, at);
      at += next.limit() - left;
      next.position(0);
      buffer = next;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
