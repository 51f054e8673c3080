package org.holdfast.gateway.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.holdfast.holdqueue.simulation.Agenda;

/** What happened lately, or all of it. Lines are made when they are read. */
final class Trace {

  private static final int LATELY = 80;

  private static final class Line {
    private final long at;
    private final String format;
    private final Object[] of;

    private Line(long at, String format, Object[] of) {
      this.at = at;
      this.format = format;
      this.of = of;
    }

    String text() {
      return "%12.3f ms  %s".formatted(at / 1e6, format.formatted(of));
    }
  }

  private final Deque<Line> lines = new ArrayDeque<>();
  private final Agenda agenda;
  private final boolean all;

  /**
   * @param all keep everything, and print it
   */
  Trace(Agenda agenda, boolean all) {
    this.agenda = agenda;
    this.all = all;
  }

  /** Whatever is given must not change its text any more, or its text of later will do. */
  void say(String format, Object... of) {
    Line line = new Line(agenda.now(), format, of);
    if (all) {
      System.out.println(line.text());
      return;
    }
    lines.add(line);
    if (lines.size() > LATELY) {
      Line _ = lines.remove();
    }
  }

  List<String> lately() {
    return lines.stream().map(Line::text).toList();
  }
}
