package org.holdfast.gateway.cli;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.MapEntries;
import org.holdfast.gateway.conf.MapEntry;
import org.holdfast.gateway.conf.MapEntry.Kind;
import org.holdfast.gateway.conf.MapFile;
import org.holdfast.gateway.conf.UserCsv;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What differs between a file and the map: the file's entries are sorted as the map gives its own
 * out, then both are gone through once, side by side.
 */
final class MapDiff implements Closeable {

  private static final String PRIORITY = "priority";

  /** The priority of who has no other. */
  private static final String NORMAL = "0";

  private final AdminClient client;
  private final ClientOptions options;
  private final Terminal terminal;
  private final Path file;
  private final SortedEntries sorted = new SortedEntries();
  private long onlyInFile;
  private long onlyInMap;
  private long different;
  private long same;

  MapDiff(AdminClient client, ClientOptions options, Path file) {
    this.client = client;
    this.options = options;
    this.terminal = options.terminal();
    this.file = file;
  }

  /** Prints what differs; the exit code. */
  int compare(boolean csv) throws IOException, InterruptedException, ConfigurationException {
    read(csv, CsvLoad.pairs(client));
    if (options.json()) {
      terminal.raw("{\"items\": [");
    }
    InputStream map =
        client.open("GET", "/v1/map?format=ndjson", "application/json", BodyPublishers.noBody());
    try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(map, StandardCharsets.UTF_8));
        Progress progress = new Progress(terminal, "comparing", 0, "users")) {
      merge(csv, lines, progress);
    }
    end();
    return onlyInFile + onlyInMap + different == 0 ? ExitCode.DONE : ExitCode.REFUSED;
  }

  // ---- the file

  private void read(boolean csv, Set<String> known) throws IOException, ConfigurationException {
    Progress.Octets octets = new Progress.Octets(Files.newInputStream(file));
    try (BufferedReader text = CsvLoad.strict(octets);
        Progress progress = new Progress(terminal, "sorting", Files.size(file), "users")) {
      Sorter sorter = new Sorter(octets, progress);
      if (csv) {
        UserCsv.read(file.toString(), text, known::contains, sorter::unchecked);
      } else {
        MapFile.each(file.toString(), text, known::contains, sorter);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private final class Sorter implements MapEntries {

    private final Progress.Octets octets;
    private final Progress progress;
    private long users;

    Sorter(Progress.Octets octets, Progress progress) {
      this.octets = octets;
      this.progress = progress;
    }

    @Override
    public void pair(Pair pair) throws IOException {
      sorted.add(MapEntry.of(pair));
    }

    @Override
    public void domain(String domain) throws IOException {
      sorted.add(MapEntry.ofDomain(domain));
    }

    @Override
    public void hold(DomainHold hold) throws IOException {
      sorted.add(MapEntry.of(hold));
    }

    @Override
    public void user(UserChange user) throws IOException {
      sorted.add(MapEntry.of(user));
      if (++users % 10_000 == 0) {
        progress.at(octets.count(), users);
      }
    }

    void unchecked(UserChange user) {
      try {
        user(user);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void alias(Alias alias) throws IOException {
      sorted.add(MapEntry.of(alias));
    }
  }

  // ---- the map

  private void merge(boolean usersOnly, BufferedReader lines, Progress progress)
      throws IOException {
    MapEntry mine = sorted.next();
    MapEntry theirs = next(lines, usersOnly);
    for (long done = 0; mine != null || theirs != null; done++) {
      int order = order(mine, theirs);
      if (order == 0) {
        both(Objects.requireNonNull(mine), Objects.requireNonNull(theirs));
      } else if (order < 0) {
        onlyInFile++;
        tell("+", Objects.requireNonNull(mine));
      } else {
        onlyInMap++;
        tell("-", Objects.requireNonNull(theirs));
      }
      mine = order <= 0 ? sorted.next() : mine;
      theirs = order >= 0 ? next(lines, usersOnly) : theirs;
      if (done % 10_000 == 0) {
        progress.at(0, done);
      }
    }
  }

  /** The end comes after everything. */
  private static int order(@Nullable MapEntry mine, @Nullable MapEntry theirs) {
    if (mine == null || theirs == null) {
      return mine == null ? 1 : -1;
    }
    return MapEntry.ORDER.compare(mine, theirs);
  }

  /** Null at the end that the gateway wrote; any other end is none. */
  private static @Nullable MapEntry next(BufferedReader lines, boolean usersOnly)
      throws IOException {
    while (true) {
      String line = lines.readLine();
      if (line == null) {
        throw new RefusedException("the gateway's map broke off before its end");
      }
      JsonNode node = AdminClient.JSON.readTree(line);
      if (node.has("end")) {
        return null;
      }
      MapEntry entry = entry(node);
      if (!usersOnly || entry.kind() == Kind.USER) {
        return entry;
      }
    }
  }

  private static MapEntry entry(JsonNode node) {
    String first = node.isObject() && !node.isEmpty() ? node.propertyNames().iterator().next() : "";
    for (Kind kind : Kind.values()) {
      String key = kind.name().toLowerCase(Locale.ROOT);
      if (first.equals(key)) {
        String name = Answers.text(node, key);
        boolean address = kind == Kind.USER || kind == Kind.ALIAS;
        List<String> values = kind.names().stream().map(value -> value(node, value)).toList();
        return new MapEntry(kind, address ? key(name) : name, values);
      }
    }
    throw new IllegalStateException("the gateway is of another version: " + node);
  }

  /** The map does not say a priority of 0. */
  private static String value(JsonNode node, String key) {
    if (node.path(key).isObject()) {
      return members(node.path(key));
    }
    String text = Answers.text(node, key);
    return text.isEmpty() && key.equals(PRIORITY) ? NORMAL : text;
  }

  /** In the words of {@link MapEntry}. */
  private static String members(JsonNode members) {
    StringJoiner words = new StringJoiner(" ");
    members
        .properties()
        .forEach(member -> {
          String imap = Answers.text(member.getValue(), "imap");
          String lmtp = Answers.text(member.getValue(), "lmtp");
          words.add(member.getKey() + "=" + lmtp + (imap.isEmpty() ? "" : ",imap=" + imap));
        });
    return words.toString();
  }

  private static String key(String address) {
    int at = address.lastIndexOf('@');
    return address.substring(at + 1) + "@" + address.substring(0, at);
  }

  // ---- what differs

  private void both(MapEntry mine, MapEntry theirs) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < mine.values().size(); i++) {
      String ours = mine.value(i);
      if (!ours.equals(theirs.value(i)) && !unsaid(mine, i)) {
        differences.add(
            mine.kind().names().get(i)
                + " "
                + dash(ours)
                + ", in the map "
                + dash(theirs.value(i)));
      }
    }
    if (differences.isEmpty()) {
      same++;
    } else {
      different++;
      tell("~", mine, differences);
    }
  }

  /**
   * A file need not say a user's state and priority; and where it goes to only of one who is set
   * aside.
   */
  private static boolean unsaid(MapEntry entry, int at) {
    if (entry.kind() != Kind.USER || !entry.value(at).isEmpty()) {
      return false;
    }
    String state = entry.value(1);
    boolean active = state.equals("active") || state.equals("closed");
    return !active || entry.kind().names().get(at).equals(PRIORITY);
  }

  private static String dash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  private static List<String> said(MapEntry entry) {
    List<String> said = new ArrayList<>();
    for (int i = 0; i < entry.values().size(); i++) {
      String name = entry.kind().names().get(i);
      boolean normal = name.equals(PRIORITY) && entry.value(i).equals(NORMAL);
      if (!entry.value(i).isEmpty() && !normal) {
        said.add(name + " " + entry.value(i));
      }
    }
    return said;
  }

  private void tell(String mark, MapEntry entry) {
    tell(mark, entry, said(entry));
  }

  private void tell(String mark, MapEntry entry, List<String> what) {
    String kind = entry.kind().name().toLowerCase(Locale.ROOT);
    if (options.json()) {
      ObjectNode item = AdminClient.object();
      item.put("mark", mark).put("kind", kind).put("name", entry.name());
      what.forEach(item.putArray("what")::add);
      boolean first = onlyInFile + onlyInMap + different == 1;
      terminal.raw((first ? "\n" : ",\n") + item);
      return;
    }
    String words = what.isEmpty() ? "" : ": " + String.join("; ", what);
    terminal.line(Terminal.oneLine(mark + " " + kind + " " + entry.name() + words));
  }

  private void end() {
    if (options.json()) {
      ObjectNode counts = AdminClient.object();
      counts.put("onlyInFile", onlyInFile).put("onlyInMap", onlyInMap);
      counts.put("different", different).put("same", same);
      terminal.line("],\n" + counts.toString().substring(1));
      return;
    }
    terminal.line(
        "%d only in the file, %d only in the map, %d different, %d the same"
            .formatted(onlyInFile, onlyInMap, different, same));
  }

  @Override
  public void close() throws IOException {
    sorted.close();
  }
}
