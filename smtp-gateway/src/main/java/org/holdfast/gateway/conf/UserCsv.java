package org.holdfast.gateway.conf;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.UserState;
import org.jspecify.annotations.Nullable;

/**
 * Reads users from CSV (RFC 4180) line by line, so that a file of 10 million users needs no more
 * heap than one of ten. First line: {@code address,pair,state}, or {@code address,pair}; an empty
 * state keeps what is there (active for a new user).
 *
 * <p>An address that stands in the file twice is found among the first {@value #REMEMBERED}
 * different ones; beyond that the later line counts.
 */
public final class UserCsv {

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

  private UserCsv(String name, BufferedReader text, Predicate<String> knownPair) {
    this.name = name;
    this.text = text;
    this.knownPair = knownPair;
  }

  /**
   * Hands out every line in order; {@code name} stands in front of every complaint.
   *
   * @throws ConfigurationException the first line that is wrong; those before it were handed out
   * @return how many lines were handed out
   */
  public static long read(
      String name, BufferedReader text, Predicate<String> knownPair, Consumer<UserChange> users)
      throws IOException, ConfigurationException {
    return new UserCsv(name, text, knownPair).each(users);
  }

  private long each(Consumer<UserChange> users) throws IOException, ConfigurationException {
    int columns = header();
    long count = 0;
    for (String row = next(); row != null; row = next()) {
      if (!row.isBlank()) {
        users.accept(user(fields(row), columns));
        count++;
      }
    }
    return count;
  }

  private int header() throws IOException, ConfigurationException {
    String row = next();
    List<String> header = row == null ? List.of() : fields(row.replace("\uFEFF", ""));
    List<String> full = List.of("address", "pair", "state");
    if (header.size() < 2 || !header.equals(full.subList(0, Math.min(3, header.size())))) {
      throw wrong("the first line must be address,pair,state");
    }
    return header.size();
  }

  private UserChange user(List<String> fields, int columns) throws ConfigurationException {
    if (fields.size() != columns) {
      throw wrong(columns + " fields are expected, not " + fields.size());
    }
    try {
      String address = MapWords.address(fields.get(0));
      String pair = MapWords.name(fields.get(1));
      if (!knownPair.test(pair)) {
        throw wrong("there is no pair " + pair);
      }
      if (!seen.add(MapWords.sameness(address))) {
        throw wrong(address + " stands here twice");
      }
      return new UserChange(address, state(fields), pair, null);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable UserState state(List<String> fields) {
    return fields.size() < 3 || fields.get(2).isEmpty() ? null : MapWords.state(fields.get(2));
  }

  private @Nullable String next() throws IOException, ConfigurationException {
    line++;
    characters.setLength(0);
    int c = read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n'; c = read()) {
      if (characters.length() == MAX_LINE) {
        throw wrong("a line of more than " + MAX_LINE + " characters");
      }
      characters.append((char) c);
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
    return new ConfigurationException(name + ":" + line + ": " + what);
  }
}
