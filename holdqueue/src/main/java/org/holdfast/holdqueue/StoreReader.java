package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.holdqueue.disk.Disk;
import org.holdfast.holdqueue.index.FateRecord;
import org.holdfast.holdqueue.index.Key;
import org.holdfast.holdqueue.index.MessageRecord;
import org.holdfast.holdqueue.log.LogReader;
import org.holdfast.holdqueue.log.LogRecord;

/**
 * Reads a queue's folder without its owner: what is held, according to the log alone. Changes
 * nothing, needs no index, no configuration, no lock. One thread.
 *
 * <p>Memory: some 200 octets for each delivery held. Messages are streamed.
 */
public final class StoreReader implements AutoCloseable {

  private final LogReader log;

  private StoreReader(LogReader log) {
    this.log = log;
  }

  /** Opens the log in the folder of a queue ({@code DATA/queue}). */
  public static StoreReader open(Disk disk, Path queue) throws IOException {
    return new StoreReader(LogReader.open(disk, queue.resolve("log")));
  }

  /** What reading everything found. Each name of a segment is that of its file. */
  public interface Visitor {

    void segment(String name, long octets, boolean head) throws IOException;

    /** A message as it came in, or ({@code moved}) as compaction carried it forward. */
    void message(LogRecord record, MessageRecord message, boolean moved) throws IOException;

    /** What became of a delivery. */
    void fate(LogRecord record, FateRecord fate) throws IOException;

    /** Octets that are no good record, or a record that makes no sense. */
    void damaged(String segment, long offset, long octets, String why) throws IOException;

    /** The end of the last segment: never acknowledged, or being written just now. */
    void torn(String segment, long offset, long octets) throws IOException;
  }

  /** Whether the log's salt is known; without it nothing can be read. */
  public boolean readable() {
    return log.salted();
  }

  /** Whether there is no segment at all. */
  public boolean empty() {
    return log.empty();
  }

  /** Files in the log's folder that do not belong there. */
  public List<String> foreign() {
    return log.foreign();
  }

  /** Reads every octet, in the order of the log. */
  public void read(Visitor visitor) throws IOException {
    log.read(new Decoding(visitor));
  }

  /** Makes sense of records; one that makes none is damage, and the rest goes on. */
  private static final class Decoding implements LogReader.Visitor {
    private final Visitor visitor;
    private String segment = "";

    Decoding(Visitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void segment(String name, long octets, boolean head) throws IOException {
      segment = name;
      visitor.segment(name, octets, head);
    }

    @Override
    public void record(LogRecord record) throws IOException {
      boolean moved = record.type() == MessageRecord.MOVED;
      if (moved || record.type() == MessageRecord.TYPE) {
        MessageRecord message;
        try {
          message = MessageRecord.read(record);
        } catch (IOException | RuntimeException e) {
          senseless(record, e);
          return;
        }
        visitor.message(record, message, moved);
      } else {
        FateRecord fate;
        try {
          fate = FateRecord.read(record);
        } catch (IOException | RuntimeException e) {
          senseless(record, e);
          return;
        }
        visitor.fate(record, fate);
      }
    }

    private void senseless(LogRecord record, Exception why) throws IOException {
      visitor.damaged(
          segment,
          record.position() - record.segment(),
          record.length(),
          "its checksums are right and it makes no sense: " + why.getMessage());
    }

    @Override
    public void damaged(String name, long offset, long octets) throws IOException {
      visitor.damaged(name, offset, octets, "no good record");
    }

    @Override
    public void torn(String name, long offset, long octets) throws IOException {
      visitor.torn(name, offset, octets);
    }
  }

  /** One delivery that has no end in the log. */
  public record Pending(
      Recipient recipient, String nextHop, boolean parked, int attempts, String reply) {}

  /** A message that is held, and for whom. */
  public interface HeldVisitor {

    /** {@code content} may be opened until this returns. */
    void held(MessageRecord message, List<Pending> deliveries, Content content) throws IOException;

    /** Something here no longer reads: it may have been a message. */
    void unreadable(long position, String why);
  }

  /** Hands out everything that is held, in the order of acceptance. */
  public void held(HeldVisitor visitor) throws IOException {
    Tally tally = new Tally(visitor);
    read(tally);
    for (Map.Entry<Long, Message> each : tally.messages.entrySet()) {
      Message held = each.getValue();
      MessageRecord message;
      Content content;
      try {
        LogRecord record = log.at(held.position);
        message = MessageRecord.read(record);
        content = new InLog(record, MessageRecord.headLength(record));
      } catch (IOException | RuntimeException e) {
        visitor.unreadable(held.position, String.valueOf(e.getMessage()));
        continue;
      }
      visitor.held(message, List.copyOf(held.deliveries.values()), content);
    }
  }

  /** A message and its deliveries by key. */
  private static final class Message {
    private final Map<Long, Pending> deliveries = new TreeMap<>();
    private long position;
  }

  /** Adds up the records: the rules are those of the index's applier. */
  private static final class Tally implements Visitor {
    private final Map<Long, Message> messages = new TreeMap<>();

    /** Keys that redirection gave, and whose message they belong to. */
    private final Map<Long, Long> redirected = new TreeMap<>();

    private final HeldVisitor visitor;
    private long base;

    Tally(HeldVisitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void message(LogRecord record, MessageRecord message, boolean moved) {
      Message known = messages.get(message.sequence());
      if (known != null) {
        known.position = record.position();
        return;
      }
      Message made = new Message();
      made.position = record.position();
      for (MessageRecord.Part part : message.parts()) {
        long key = message.key(part);
        if (Key.order(key) != message.sequence()) {
          redirected.put(key, message.sequence());
        }
        made.deliveries.put(
            key,
            new Pending(
                part.recipient(),
                part.nextHop(),
                part.entry() == Held.Entry.PARKED,
                part.attempts(),
                part.reason()));
      }
      messages.put(message.sequence(), made);
    }

    @Override
    public void fate(LogRecord record, FateRecord fate) {
      long sequence = redirected.getOrDefault(fate.key(), Key.order(fate.key()));
      Message message = messages.get(sequence);
      Pending pending = message == null ? null : message.deliveries.get(fate.key());
      if (message == null || pending == null) {
        return;
      }
      switch (fate.kind()) {
        case DELIVERED, DISCARDED -> end(sequence, message, fate.key());
        case DEFERRED, UNCERTAIN ->
            put(message, fate, pending, pending.parked, pending.attempts + 1);
        case REFUSED -> put(message, fate, pending, true, pending.attempts + 1);
        case PARKED -> put(message, fate, pending, true, pending.attempts);
        case RETRIED -> put(message, fate, pending, false, pending.attempts);
        case REDIRECTED -> redirect(record, fate, sequence, message);
      }
    }

    private static void put(
        Message message, FateRecord fate, Pending was, boolean parked, int attempts) {
      message.deliveries.put(
          fate.key(), new Pending(was.recipient, was.nextHop, parked, attempts, fate.text()));
    }

    private void end(long sequence, Message message, long key) {
      message.deliveries.remove(key);
      redirected.remove(key);
      if (message.deliveries.isEmpty()) {
        messages.remove(sequence);
      }
    }

    private void redirect(LogRecord record, FateRecord fate, long sequence, Message message) {
      Recipient to = fate.to();
      if (to == null) {
        return;
      }
      long key = Key.of(record.position(), Key.number(fate.key()));
      message.deliveries.remove(fate.key());
      redirected.remove(fate.key());
      redirected.put(key, sequence);
      message.deliveries.put(key, new Pending(to, fate.nextHop(), false, 0, fate.text()));
    }

    @Override
    public void segment(String name, long octets, boolean head) {
      base = Long.parseLong(name.substring(0, 16), 16);
    }

    @Override
    public void damaged(String segment, long offset, long octets, String why) {
      visitor.unreadable(base + offset, octets + " octets: " + why);
    }

    @Override
    public void torn(String segment, long offset, long octets) {}
  }

  /** A message's content where it lies; its checksum is compared at its end. */
  private record InLog(LogRecord record, int head) implements Content {
    @Override
    public long size() {
      return record.length() - head;
    }

    @Override
    public InputStream open() throws IOException {
      return record.open(head);
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
