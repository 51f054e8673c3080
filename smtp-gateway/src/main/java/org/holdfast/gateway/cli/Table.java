package org.holdfast.gateway.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows in columns as wide as they need; the last column is cut at the terminal's width. */
final class Table {

  private static final int GAP = 2;

  /** Longest cell that is not in the last column; what is longer is cut. */
  private static final int WIDEST = 60;

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

  void print(Terminal terminal, int width) {
    int[] widths = widths();
    String header = line(rows.getFirst(), widths, width);
    terminal.line(terminal.colours() ? "\u001B[1m" + header + "\u001B[0m" : header);
    for (String[] row : rows.subList(1, rows.size())) {
      terminal.line(line(row, widths, width));
    }
  }

  private int[] widths() {
    int[] widths = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.clamp(row[i].length(), widths[i], WIDEST);
      }
    }
    return widths;
  }

  private String line(String[] row, int[] widths, int width) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < columns - 1; i++) {
      String cell = cut(row[i], widths[i]);
      line.append(cell).append(" ".repeat(widths[i] - cell.length() + GAP));
    }
    line.append(cut(row[columns - 1], Math.max(20, width - line.length())));
    return line.toString().stripTrailing();
  }

  private static String cut(String cell, int width) {
    return cell.length() <= width ? cell : cell.substring(0, width - 1) + "…";
  }
}
