package org.holdfast.gateway.admin;

import java.io.IOException;
import java.io.Reader;
import java.util.List;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing;
import org.holdfast.routing.User;

/** Reads and writes a map as text: {@code map.yaml} and CSV stand behind it. Thread-safe. */
public interface MapText {

  /**
   * Reads the whole text. Users of a CSV, or of a YAML without pairs, name pairs that the map has.
   *
   * @throws MalformedMapException it is not a map; the message names line and key
   * @throws IOException the stream broke
   */
  Contents parse(Format format, Reader text) throws IOException, MalformedMapException;

  /** Writes a map so that {@link #parse} reads it back; CSV takes the users only. */
  void write(
      Format format,
      Appendable out,
      Iterable<Pair> pairs,
      Iterable<User> users,
      Iterable<Alias> aliases)
      throws IOException;

  /** The two spellings of a map. */
  enum Format {
    YAML,
    CSV
  }

  /** What a map says. */
  record Contents(List<Pair> pairs, List<Routing.UserChange> users, List<Alias> aliases) {}

  /** The text is not a map. */
  final class MalformedMapException extends Exception {

    private static final long serialVersionUID = 1L;

    /** {@code message} is one line for people, with line and key. */
    public MalformedMapException(String message) {
      super(message);
    }
  }
}
