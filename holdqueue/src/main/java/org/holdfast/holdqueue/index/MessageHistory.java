package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.holdfast.holdqueue.log.DamagedRecordException;

/**
 * What happened to a held message: what its record tells, and the fates that were written after it.
 * Thread-safe.
 */
final class MessageHistory {

  private final Selects selects;
  private final LoggedRows logged;
  private final LongSupplier lifeBegan;

  /**
   * @param lifeBegan the log's end when the queue was opened: what was stored before, and open
   *     then, is open no more
   */
  MessageHistory(Selects selects, LoggedRows logged, LongSupplier lifeBegan) {
    this.selects = selects;
    this.logged = logged;
    this.lifeBegan = lifeBegan;
  }

  /** A fate, and which attempt it was. */
  private record Event(long message, long sequence, long position, int number) {}

  /**
   * Oldest first, at most the bound of {@link HistoryLine}; empty when there is no such message.
   */
  List<HistoryLine> ofId(String id) throws IOException {
    return of("m.id = ?", id);
  }

  /** The same by its sequence. */
  List<HistoryLine> ofSequence(long sequence) throws IOException {
    return of("m.seq = ?", sequence);
  }

  private List<HistoryLine> of(String which, Object value) throws IOException {
    List<Event> events = events(which, value);
    try {
      return lines(events);
    } catch (DamagedRecordException e) { // or carried elsewhere since the tables were asked
      List<Event> now = events(which, value);
      return events.equals(now)
          ? HistoryLine.bounded(fates(now, Map.of(), new HashSet<>()))
          : lines(now);
    }
  }

  private List<Event> events(String which, Object value) throws IOException {
    return selects.ask(
        "select m.pos, m.seq, coalesce(e.pos, -1), coalesce(e.number, 0) from message m left join"
            + " event e on e.seq = m.seq where "
            + which
            + " order by e.pos",
        List.of(value),
        row -> new Event(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4)));
  }

  private List<HistoryLine> lines(List<Event> events) throws IOException {
    if (events.isEmpty()) {
      return List.of();
    }
    MessageRecord stored = logged.message(events.getFirst().message);
    Map<Integer, String> names = new HashMap<>();
    stored.parts().forEach(part -> names.put(part.number(), part.recipient().address()));
    Set<Integer> ended = new HashSet<>();
    List<HistoryLine> fates = fates(events, names, ended);
    boolean before = events.getFirst().sequence < lifeBegan.getAsLong();
    List<HistoryLine> lines = new ArrayList<>();
    for (HistoryLine line : stored.story()) {
      if (!line.isOpen()) {
        lines.add(line);
      } else if (!ended.contains(line.recipient())) {
        lines.add(before ? line.unseen() : line);
      }
    }
    lines.addAll(fates);
    return HistoryLine.bounded(lines);
  }

  /**
   * What was written after the message's record.
   *
   * @param given whom each went to at first
   * @param ended takes the recipients whose attempt at the door these tell the end of
   */
  private List<HistoryLine> fates(
      List<Event> events, Map<Integer, String> given, Set<Integer> ended) throws IOException {
    Map<Integer, String> names = new HashMap<>(given);
    List<HistoryLine> lines = new ArrayList<>();
    for (Event event : events) {
      Optional<FateRecord> fate =
          event.position < 0 ? Optional.empty() : logged.fate(event.position);
      if (fate.isPresent()) {
        lines.add(line(fate.get(), event.number, names));
        if (fate.get().asked().atTheDoor()) {
          ended.add(Key.number(fate.get().key()));
        }
      }
    }
    return lines;
  }

  /** {@code names} has whom each went to so far, and follows what is redirected. */
  private static HistoryLine line(FateRecord fate, int attempt, Map<Integer, String> names) {
    int number = Key.number(fate.key());
    String name = names.getOrDefault(number, "");
    if (fate.to() != null) {
      names.put(number, fate.to().address());
    }
    return new HistoryLine(
        fate.kind(),
        fate.at(),
        number,
        name,
        attempt,
        fate.asked().repeats(),
        fate.who(),
        fate.asked().where(),
        fate.text());
  }
}
