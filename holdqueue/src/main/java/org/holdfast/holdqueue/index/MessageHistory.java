package org.holdfast.holdqueue.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.holdfast.holdqueue.Outcome;
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
      return now.isEmpty() || events.equals(now) ? List.of() : lines(now);
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
    List<HistoryLine> lines = new ArrayList<>(stored.story());
    Map<Integer, String> names = new HashMap<>();
    stored.parts().forEach(part -> names.put(part.number(), part.recipient().address()));
    for (Event event : events) {
      if (event.position >= 0) {
        logged.fate(event.position).ifPresent(fate -> add(fate, event.number, names, lines));
      }
    }
    if (events.getFirst().sequence < lifeBegan.getAsLong()) {
      lines.replaceAll(line -> line.isOpen() ? line.unseen() : line);
    }
    return HistoryLine.bounded(lines);
  }

  /** {@code names} has whom each went to so far, and follows what is redirected. */
  private static void add(
      FateRecord fate, int attempt, Map<Integer, String> names, List<HistoryLine> lines) {
    int number = Key.number(fate.key());
    if (fate.asked().atTheDoor()) {
      lines.removeIf(line -> line.isOpen() && line.recipient() == number);
    }
    Outcome.Where where = fate.asked().where();
    lines.add(
        new HistoryLine(
            fate.kind(),
            fate.at(),
            number,
            names.getOrDefault(number, ""),
            attempt,
            fate.asked().repeats(),
            fate.who(),
            where,
            fate.text()));
    if (fate.to() != null) {
      names.put(number, fate.to().address());
    }
  }
}
