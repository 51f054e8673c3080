package org.holdfast.gateway.conf;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.holdfast.gateway.conf.ConfigurationException.Place;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Reads users from CSV (RFC 4180) line by line, so that a file of 10 million users needs no more
 * heap than one of ten. First line: {@code address,pair}, and then as wanted {@code state}, {@code
 * to} (the pair a user is being moved to), {@code reason} and {@code priority}. What is empty keeps
 * what is there (active and 0 for a new user).
 */
public final class UserCsv {

  private static final List<String> COLUMNS =
      List.of("address", "pair", "state", "to", "reason", "priority");

  /** Longest line, in characters. */
  static final int MAX_LINE = 2048;

  /** How many addresses are remembered to find one that comes twice: 16 MiB of heap. */
  static final int REMEMBERED = 1 << 20;

  private final String name;
  private final BufferedReader text;
  private final Predicate<String> knownPair;
  private final SeenAddresses seen = new SeenAddresses(REMEMBERED);
  private final char[] buffer = new char[8192];
  private final StringBuilder characters = new StringBuilder();
  private int place;
  private int filled;
  private int line;
  private boolean ended;
  private final Complaints complaints = new Complaints();

  private UserCsv(String name, BufferedReader text, Predicate<String> knownPair) {
    this.name = name;
    this.text = text;
    this.knownPair = knownPair;
  }

  /**
   * Hands out every line in order; {@code name} stands in front of every complaint. An address that
   * stands there twice is wrong; beyond the first {@value #REMEMBERED} that is found at the end.
   *
   * @throws ConfigurationException the lines that are wrong; the others were handed out
   * @return how many lines were handed out
   */
  public static long read(
      String name, BufferedReader text, Predicate<String> knownPair, Consumer<UserChange> users)
      throws IOException, ConfigurationException {
    UserCsv csv = new UserCsv(name, text, knownPair);
    try (csv.seen) {
      return csv.each(users);
    }
  }

  private long each(Consumer<UserChange> users) throws IOException, ConfigurationException {
    List<String> columns = header();
    long count = 0;
    while (!ended) {
      UserChange user = user(columns);
      if (user != null) {
        users.accept(user);
        count++;
      }
    }
    Optional<SeenAddresses.Repeated> repeated = seen.repeated();
    if (repeated.isPresent()) {
      line = repeated.get().second();
      complaints.add(wrong("this address stands in line " + repeated.get().first() + " already"));
    }
    complaints.end();
    return count;
  }

  /** The user of the next line; null: nobody, or the line is wrong. */
  private @Nullable UserChange user(List<String> columns) throws IOException {
    try {
      String row = next();
      return row == null || row.isBlank() ? null : user(fields(row), columns);
    } catch (ConfigurationException e) {
      complaints.add(e);
      return null;
    }
  }

  private List<String> header() throws IOException, ConfigurationException {
    String row = next();
    List<String> header = row == null ? List.of() : fields(row.replace("\uFEFF", ""));
    if (header.size() < 2
        || !header.subList(0, 2).equals(COLUMNS.subList(0, 2))
        || !COLUMNS.containsAll(header)
        || new HashSet<>(header).size() < header.size()) {
      throw wrong("the first line must be address,pair,state");
    }
    return header;
  }

  private UserChange user(List<String> fields, List<String> columns)
      throws ConfigurationException, IOException {
    if (fields.size() != columns.size()) {
      throw wrong(columns.size() + " fields are expected, not " + fields.size());
    }
    try {
      String address = MapWords.address(fields.get(0));
      UserState state = read(fields, columns.indexOf("state"), MapWords::state);
      String to = read(fields, columns.indexOf("to"), this::pair);
      String reason = read(fields, columns.indexOf("reason"), MapWords::reason);
      Integer priority = read(fields, columns.indexOf("priority"), MapWords::priority);
      String pair = pair(fields.get(1));
      if (to != null && !MapWords.aside(state)) {
        throw wrong("to is said with moving or recovering only");
      }
      if (!seen.add(MapWords.sameness(address), line)) {
        throw wrong(address + " stands here twice");
      }
      return new UserChange(address, state, pair, to, reason, null, priority);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private String pair(String text) {
    String pair = MapWords.name(text);
    if (!knownPair.test(pair)) {
      throw new IllegalArgumentException("there is no pair " + pair);
    }
    return pair;
  }

  private static <T> @Nullable T read(List<String> fields, int column, Function<String, T> reader) {
    String text = column < 0 ? "" : fields.get(column);
    return text.isEmpty() ? null : reader.apply(text);
  }

  private @Nullable String next() throws IOException, ConfigurationException {
    line++;
    characters.setLength(0);
    int c = read();
    if (c < 0) {
      ended = true;
      return null;
    }
    long length = 0;
    for (; c >= 0 && c != '\n'; c = read()) {
      if (length++ < MAX_LINE) {
        characters.append((char) c);
      }
    }
    if (length > MAX_LINE) {
      throw wrong("a line of more than " + MAX_LINE + " characters");
    }
    return characters.toString().strip();
  }

  /** A character at a time from the reader would take its lock for each. */
  private int read() throws IOException {
    if (place == filled) {
      place = 0;
      filled = text.read(buffer);
    }
    return filled < 0 ? -1 : buffer[place++];
  }

  private List<String> fields(String row) throws ConfigurationException {
    List<String> fields = new ArrayList<>(3);
    int at = 0;
    while (at <= row.length()) {
      boolean quoted = at < row.length() && row.charAt(at) == '"';
      int end = quoted ? closingQuote(row, at + 1) + 1 : at;
      end = row.indexOf(',', end) < 0 ? row.length() : row.indexOf(',', end);
      String field = row.substring(at, end).strip();
      fields.add(quoted ? unquoted(field) : field);
      at = end + 1;
    }
    return fields;
  }

  private int closingQuote(String row, int from) throws ConfigurationException {
    int at = row.indexOf('"', from);
    while (at >= 0 && at + 1 < row.length() && row.charAt(at + 1) == '"') {
      at = row.indexOf('"', at + 2);
    }
    if (at < 0) {
      throw wrong("a quote is not closed");
    }
    return at;
  }

  private String unquoted(String field) throws ConfigurationException {
    if (field.length() < 2 || !field.endsWith("\"")) {
      throw wrong("something follows a closing quote");
    }
    return field.substring(1, field.length() - 1).replace("\"\"", "\"");
  }

  private ConfigurationException wrong(String what) {
    return new ConfigurationException(new Place(name, line, ""), what);
  }
}
