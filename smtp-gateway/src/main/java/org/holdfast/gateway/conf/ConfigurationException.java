package org.holdfast.gateway.conf;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something an operator wrote is not right. The message is one line for people, {@code FILE:LINE:
 * KEY: what is wrong}, as far as file, line and key are known.
 */
public final class ConfigurationException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient @Nullable Place place;
  private final transient List<String> lines;

  /**
   * Where it stands.
   *
   * @param line 0: not known
   * @param key dotted; empty: not known
   */
  public record Place(String file, int line, String key) {

    private String words() {
      return file + (line == 0 ? "" : ":" + line) + (key.isEmpty() ? "" : ": " + key);
    }
  }

  public ConfigurationException(String line) {
    super(line);
    this.place = null;
    this.lines = List.of(line);
  }

  ConfigurationException(Place place, String what) {
    super(place.words() + ": " + what);
    this.place = place;
    this.lines = List.of(getMessage());
  }

  /** Several things at once. */
  ConfigurationException(List<String> lines) {
    super(String.join("; ", lines));
    this.place = null;
    this.lines = List.copyOf(lines);
  }

  /** Where the one thing stands that is wrong. */
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  /** What is wrong, a line for each. */
  public List<String> lines() {
    return lines == null ? List.of(getMessage()) : lines;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
