package org.holdfast.routing;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.holdfast.routing.Routing.Loaded;
import org.holdfast.routing.Routing.NotQuiesced;
import org.holdfast.routing.Routing.Tally;

/** Counts what a load does, or would do. Used by one thread. */
final class LoadTally {

  /** Of changes, warnings and what did not drain the first so many are named. */
  static final int MOST_NAMED = 100;

  /** What a map consists of. */
  enum Kind {
    PAIR,
    DOMAIN,
    HOLD,
    USER,
    ALIAS
  }

  private final Map<Kind, Tally> tallies = new EnumMap<>(Kind.class);
  private final List<String> changes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<NotQuiesced> open = new ArrayList<>();
  private int warned;
  private int notQuiesced;

  void created(Kind kind, int n) {
    add(kind, new Tally(n, 0, 0));
  }

  void changed(Kind kind, int n) {
    add(kind, new Tally(0, n, 0));
  }

  void unchanged(Kind kind, int n) {
    add(kind, new Tally(0, 0, n));
  }

  /** One that was not there ({@code isNew}), or that stood otherwise. */
  void added(Kind kind, boolean isNew) {
    add(kind, isNew ? new Tally(1, 0, 0) : new Tally(0, 1, 0));
  }

  private void add(Kind kind, Tally more) {
    tallies.merge(kind, more, Tally::plus);
  }

  /** Notes it in words among the first. */
  void words(Supplier<String> what) {
    if (changes.size() < MOST_NAMED) {
      changes.add(what.get());
    }
  }

  void warning(String what) {
    warned++;
    if (warnings.size() < MOST_NAMED) {
      warnings.add(what);
    }
  }

  void notQuiesced(NotQuiesced what) {
    notQuiesced++;
    if (open.size() < MOST_NAMED) {
      open.add(what);
    }
  }

  Loaded loaded() {
    return new Loaded(
        tally(Kind.PAIR),
        tally(Kind.DOMAIN),
        tally(Kind.HOLD),
        tally(Kind.USER),
        tally(Kind.ALIAS),
        notQuiesced,
        List.copyOf(open),
        List.copyOf(changes),
        warned,
        List.copyOf(warnings));
  }

  private Tally tally(Kind kind) {
    return tallies.getOrDefault(kind, new Tally(0, 0, 0));
  }
}
