package org.holdfast.holdqueue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
 * <p>Memory: for what is held, some 40 octets for each delivery (see {@link KeyTable}), more for
 * one that a person redirected. Envelopes are read again when they are wanted, messages streamed.
 */
public final class StoreReader implements AutoCloseable {

  /** Octets of a damaged message's envelope that are looked at, at most. */
  private static final int REMAINS = 4 << 20;

  /** Recipients of a damaged message that are named. */
  private static final int REMAINS_NAMED = 10;

  /** Where a queue whose log has failed notes the ends of deliveries until its next start. */
  private static final String ENDS = "ends";

  private final LogReader log;
  private final Disk disk;
  private final Path queue;

  private StoreReader(LogReader log, Disk disk, Path queue) {
    this.log = log;
    this.disk = disk;
    this.queue = queue;
  }

  /** Opens the log in the folder of a queue ({@code DATA/queue}). */
  public static StoreReader open(Disk disk, Path queue) throws IOException {
    return new StoreReader(LogReader.open(disk, queue.resolve("log")), disk, queue);
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

  /** Octets of all segments. */
  public long octets() {
    return log.octets();
  }

  /** Reads every octet, in the order of the log. */
  public void read(Visitor visitor) throws IOException {
    log.read(new Decoding(log, visitor));
  }

  /**
   * The same of what a queue whose log had failed noted beside it, which its next start copies to
   * the log; usually there is nothing. Segments and positions are those of the notes.
   */
  public void readEnds(Visitor visitor) throws IOException {
    try (LogReader ends = LogReader.open(disk, queue.resolve(ENDS))) {
      ends.read(new Decoding(ends, visitor));
    } catch (NoSuchFileException e) {
      return; // the usual case: the log never failed
    }
  }

  /** What a damaged message still says of itself, for a person who looks for it; may be wrong. */
  private static String remains(LogReader log, String segment, long offset) {
    try {
      LogRecord record = log.at(Long.parseLong(segment.substring(0, 16), 16) + offset);
      boolean message = record.type() == MessageRecord.TYPE || record.type() == MessageRecord.MOVED;
      if (!message || MessageRecord.headLength(record) > REMAINS) {
        return "";
      }
      MessageRecord read = MessageRecord.read(record);
      String to =
          read.parts().stream()
              .limit(REMAINS_NAMED)
              .map(part -> "<" + part.recipient().address() + ">")
              .collect(Collectors.joining(", "));
      return "; it seems to be message %s from <%s> for %s%s"
          .formatted(
              read.envelope().id(),
              read.envelope().reversePath(),
              to,
              read.parts().size() > REMAINS_NAMED ? " and others" : "");
    } catch (IOException | RuntimeException e) {
      return ""; // nothing of it makes sense
    }
  }

  /** Makes sense of records; one that makes none is damage, and the rest goes on. */
  private static final class Decoding implements LogReader.Visitor {
    private final LogReader log;
    private final Visitor visitor;
    private String segment = "";

    Decoding(LogReader log, Visitor visitor) {
      this.log = log;
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
      visitor.damaged(name, offset, octets, "no good record" + remains(log, name, offset));
    }

    @Override
    public void torn(String name, long offset, long octets) throws IOException {
      visitor.torn(name, offset, octets);
    }
  }

  /** One delivery that has no end in the log. */
  public record Pending(Recipient recipient, String nextHop, boolean parked) {}

  /** A message that is held, and for whom. */
  public interface HeldVisitor {

    /** {@code content} may be opened until this returns. */
    void held(MessageRecord message, List<Pending> deliveries, Content content) throws IOException;

    /** Something here no longer reads: it may have been a message. */
    void unreadable(long position, String why);

    /** This much of the log, in octets, was looked at; called now and then, in order. */
    default void looked(long octets) {}
  }

  /** Hands out everything that is held, in the order of acceptance. */
  public void held(HeldVisitor visitor) throws IOException {
    Tally tally = new Tally(visitor);
    read(tally);
    readEnds(tally);
    tally.inOrder((position, keys) -> held(position, keys, tally, visitor));
  }

  private void held(long position, List<Long> keys, Tally tally, HeldVisitor visitor)
      throws IOException {
    MessageRecord message;
    List<Pending> deliveries;
    Content content;
    try {
      LogRecord record = log.at(position);
      message = MessageRecord.read(record);
      deliveries = pending(message, keys, tally);
      content = LoggedContent.streamed(record, MessageRecord.headLength(record));
    } catch (IOException | RuntimeException e) {
      visitor.unreadable(position, String.valueOf(e.getMessage()));
      return;
    }
    visitor.held(message, deliveries, content);
  }

  private List<Pending> pending(MessageRecord message, List<Long> keys, Tally tally)
      throws IOException {
    List<Pending> deliveries = new ArrayList<>(keys.size());
    Map<Long, MessageRecord.Part> parts = new HashMap<>();
    message.parts().forEach(part -> parts.put(message.key(part), part));
    for (Long key : keys) {
      MessageRecord.Part part = parts.get(key);
      boolean parked = tally.parked.contains(key);
      if (part != null) {
        deliveries.add(new Pending(part.recipient(), part.nextHop(), parked));
      } else {
        FateRecord redirection = FateRecord.read(log.at(Key.order(key)));
        deliveries.add(
            new Pending(Objects.requireNonNull(redirection.to()), redirection.nextHop(), parked));
      }
    }
    return deliveries;
  }

  /** Takes a message's place and the keys of its deliveries, at least one. */
  private interface Places {
    void message(long position, List<Long> keys) throws IOException;
  }

  /** Adds up the records: the rules are those of the index's applier. */
  private static final class Tally implements Visitor {

    /** By key of a delivery that is held, where its message lies. */
    private final KeyTable live = new KeyTable();

    private final KeyTable parked = new KeyTable();

    /** Keys that redirection gave, and the sequence of their message. */
    private final Map<Long, Long> redirected = new HashMap<>();

    private final HeldVisitor visitor;
    private long base;
    private long looked;

    Tally(HeldVisitor visitor) {
      this.visitor = visitor;
    }

    @Override
    public void message(LogRecord record, MessageRecord message, boolean moved) {
      List<Long> keys = message.parts().stream().map(message::key).toList();
      boolean known = moved && keys.stream().anyMatch(live::contains);
      for (int i = 0; i < keys.size(); i++) {
        long key = keys.get(i);
        if (live.contains(key)) {
          live.put(key, record.position());
        } else if (!known) {
          add(message, message.parts().get(i), record.position());
        }
      }
    }

    private void add(MessageRecord message, MessageRecord.Part part, long position) {
      long key = message.key(part);
      live.put(key, position);
      if (Key.order(key) != message.sequence()) {
        redirected.put(key, message.sequence());
      }
      if (part.entry() == Held.Entry.PARKED) {
        parked.put(key, 1);
      }
    }

    @Override
    public void fate(LogRecord record, FateRecord fate) {
      if (!live.contains(fate.key())) {
        return;
      }
      switch (fate.kind()) {
        case DELIVERED, RETURNED, DISCARDED -> end(fate.key());
        case REFUSED, PARKED -> parked.put(fate.key(), 1);
        case RETRIED -> parked.remove(fate.key());
        case REDIRECTED -> redirect(record, fate);
        case DEFERRED, UNCERTAIN -> {}
      }
    }

    private void end(long key) {
      live.remove(key);
      parked.remove(key);
      redirected.remove(key);
    }

    private void redirect(LogRecord record, FateRecord fate) {
      if (fate.to() == null) {
        return;
      }
      long key = Key.of(record.position(), Key.number(fate.key()));
      long sequence = redirected.getOrDefault(fate.key(), Key.order(fate.key()));
      long position = live.get(fate.key());
      end(fate.key());
      live.put(key, position);
      redirected.put(key, sequence);
    }

    /** Messages in the order of acceptance. */
    void inOrder(Places places) throws IOException {
      NavigableMap<Long, List<Long>> more = new TreeMap<>();
      redirected.forEach(
          (key, sequence) -> more.computeIfAbsent(sequence, s -> new ArrayList<>()).add(key));
      List<Long> keys = new ArrayList<>();
      long sequence = -1;
      for (long key : live.sorted()) {
        if (redirected.containsKey(key)) {
          continue;
        }
        if (Key.order(key) != sequence) {
          hand(sequence, keys, more, places);
          sequence = Key.order(key);
        }
        keys.add(key);
      }
      hand(sequence, keys, more, places);
      hand(Long.MAX_VALUE, keys, more, places);
    }

    /** Hands out those with redirected deliveries only that come before, and then this one. */
    private void hand(
        long sequence, List<Long> keys, NavigableMap<Long, List<Long>> more, Places places)
        throws IOException {
      while (!more.isEmpty() && more.firstKey() < sequence) {
        List<Long> only = more.pollFirstEntry().getValue();
        places.message(live.get(only.getFirst()), only);
      }
      if (keys.isEmpty()) {
        return;
      }
      List<Long> all = new ArrayList<>(keys);
      all.addAll(Objects.requireNonNullElse(more.remove(sequence), List.of()));
      keys.clear();
      places.message(live.get(all.getFirst()), all);
    }

    @Override
    public void segment(String name, long octets, boolean head) {
      base = Long.parseLong(name.substring(0, 16), 16);
      visitor.looked(looked);
      looked += octets;
    }

    @Override
    public void damaged(String segment, long offset, long octets, String why) {
      visitor.unreadable(base + offset, octets + " octets: " + why);
    }

    @Override
    public void torn(String segment, long offset, long octets) {}
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
