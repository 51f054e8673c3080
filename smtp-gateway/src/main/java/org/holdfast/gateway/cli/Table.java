package org.holdfast.gateway.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in columns as wide as they need. On a terminal the last column, then the widest give way
 * until a row fits on a line; in a file or pipe nothing is cut.
 */
final class Table {

  private static final int GAP = 2;

  /** No column is cut to less than this. */
  private static final int NARROWEST = 8;

  /** So much of the last column, which is prose, says something still. */
  private static final int PROSE = 20;

  private final List<String[]> rows = new ArrayList<>();
  private final int columns;

  Table(String... header) {
    columns = header.length;
    rows.add(header);
  }

  Table row(String... cells) {
    rows.add(Arrays.stream(cells).map(Terminal::oneLine).toArray(String[]::new));
    return this;
  }

  /** Prints it, header first. */
  void print(Terminal terminal) {
    List<String> lines = lines(terminal.width());
    List<String> shown = new ArrayList<>(lines);
    shown.set(0, terminal.bold(lines.getFirst()));
    terminal.lines(shown);
  }

  /** Whether nothing has to be cut but prose, of which {@value #PROSE} columns are left; 0: any. */
  boolean fits(int width) {
    int[] widths = widths();
    widths[columns - 1] = Math.min(PROSE, widths[columns - 1]);
    return width == 0 || Arrays.stream(widths).sum() + GAP * (columns - 1) <= width;
  }

  /** Header and rows, none wider than {@code width} where that can be; 0: any width. */
  List<String> lines(int width) {
    int[] widths = widths();
    if (width > 0) {
      narrow(widths, width);
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private int[] widths() {
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], Columns.of(row[i]));
      }
    }
    return widths;
  }

  /** Takes from the last column, which is prose, then from the widest, again and again. */
  private static void narrow(int[] widths, int width) {
    int over = Arrays.stream(widths).sum() + GAP * (widths.length - 1) - width;
    int last = widths.length - 1;
    int prose = Math.clamp(over, 0, Math.max(0, widths[last] - NARROWEST));
    widths[last] -= prose;
    for (over -= prose; over > 0; over--) {
      int widest = widest(widths);
      if (widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
    }
  }

  /** Never the first: it is a name or an ID, which somebody wants to type. */
  private static int widest(int[] widths) {
    int widest = Math.min(1, widths.length - 1);
    for (int i = widest; i < widths.length; i++) {
      widest = widths[i] >= widths[widest] ? i : widest;
    }
    return widest;
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(Columns.fill(row[i], widths[i])).append(" ".repeat(GAP));
    }
    return line.toString().stripTrailing();
  }
}
