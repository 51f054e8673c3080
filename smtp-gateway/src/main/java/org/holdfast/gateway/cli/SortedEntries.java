package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.holdfast.gateway.conf.MapEntry;
import org.jspecify.annotations.Nullable;

/**
 * Sorts entries of a map, however many: so many in memory at a time, the rest in temporary files
 * that are merged. First everything is added, then everything is taken. Used by one thread.
 */
final class SortedEntries implements Closeable {

  /** Entries in memory: some 40 MiB. */
  static final int IN_MEMORY = 150_000;

  /** Files that are merged at once; more entries than fit into so many are refused. */
  static final int MOST_RUNS = 500;

  /** Between values, none of which has control characters. */
  private static final char SEPARATOR = '\u0001';

  private final int inMemory;
  private final List<MapEntry> entries = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private final PriorityQueue<Run> runs =
      new PriorityQueue<>(Comparator.comparing(Run::head, MapEntry.ORDER));
  private boolean sorted;

  SortedEntries() {
    this(IN_MEMORY);
  }

  SortedEntries(int inMemory) {
    this.inMemory = inMemory;
  }

  void add(MapEntry entry) throws IOException {
    entries.add(entry);
    if (entries.size() >= inMemory) {
      spill();
    }
  }

  /** The next one; null after the last. */
  @Nullable MapEntry next() throws IOException {
    if (!sorted) {
      sorted = true;
      sort();
    }
    Run first = runs.poll();
    if (first == null) {
      return null;
    }
    MapEntry entry = first.head();
    if (first.advance()) {
      runs.add(first);
    } else {
      first.close();
    }
    return entry;
  }

  private void sort() throws IOException {
    entries.sort(MapEntry.ORDER);
    if (!entries.isEmpty()) {
      runs.add(new Run(entries));
    }
    for (Path file : files) {
      runs.add(new Run(file));
    }
  }

  private void spill() throws IOException {
    if (files.size() == MOST_RUNS) {
      throw new IOException("more than " + (long) inMemory * MOST_RUNS + " entries");
    }
    entries.sort(MapEntry.ORDER);
    Path file = Files.createTempFile("holdfast-diff", ".run");
    files.add(file);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (MapEntry entry : entries) {
        write(entry, out);
      }
    }
    entries.clear();
  }

  private static void write(MapEntry entry, Writer out) throws IOException {
    out.append(entry.kind().name()).append(SEPARATOR).append(entry.key());
    for (String value : entry.values()) {
      out.append(SEPARATOR).append(value);
    }
    out.append('\n');
  }

  private static MapEntry read(String line) {
    List<String> values = new ArrayList<>();
    int from = 0;
    for (int at = line.indexOf(SEPARATOR); at >= 0; at = line.indexOf(SEPARATOR, from)) {
      values.add(line.substring(from, at));
      from = at + 1;
    }
    values.add(line.substring(from));
    return new MapEntry(
        MapEntry.Kind.valueOf(values.get(0)),
        values.get(1),
        List.copyOf(values.subList(2, values.size())));
  }

  @Override
  public void close() throws IOException {
    for (Run run : runs) {
      run.close();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }

  /** Sorted entries, in memory or in a file. */
  private static final class Run implements Closeable {

    private final @Nullable BufferedReader lines;
    private final List<MapEntry> list;
    private int at;
    private MapEntry head;

    Run(List<MapEntry> list) {
      this.lines = null;
      this.list = list;
      this.head = list.getFirst();
    }

    Run(Path file) throws IOException {
      this.lines = Files.newBufferedReader(file);
      this.list = List.of();
      this.head = read(String.valueOf(lines.readLine()));
    }

    MapEntry head() {
      return head;
    }

    boolean advance() throws IOException {
      if (lines == null) {
        at++;
        if (at < list.size()) {
          head = list.get(at);
        }
        return at < list.size();
      }
      String line = lines.readLine();
      if (line != null) {
        head = read(line);
      }
      return line != null;
    }

    @Override
    public void close() throws IOException {
      if (lines != null) {
        lines.close();
      }
    }
  }
}
