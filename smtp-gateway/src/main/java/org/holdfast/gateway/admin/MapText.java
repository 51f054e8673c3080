package org.holdfast.gateway.admin;

import java.io.IOException;
import java.io.Reader;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.MapSink;

/** Reads and writes a map as text: {@code map.yaml} and CSV stand behind it. Thread-safe. */
public interface MapText {

  /**
   * Reads the whole text. Users of a CSV, or of a YAML without pairs, name pairs that the map has.
   *
   * @param format not NDJSON
   * @throws MalformedMapException it is not a map; the message names line and key
   * @throws IOException the stream broke
   */
  MapContents parse(Format format, Reader text) throws IOException, MalformedMapException;

  /** Writes a map so that {@link #parse} reads it back; CSV takes the users only. */
  Sink writer(Format format, Appendable out);

  /** Where a map is written to. */
  interface Sink extends MapSink {

    /** Nothing more comes: says so at the end of the text, where the format has a way to. */
    void end() throws IOException;
  }

  /** The spellings of a map. */
  enum Format {
    YAML,
    CSV,
    /** A JSON object a line; for programs, written only. */
    NDJSON
  }

  /** The text is not a map. */
  final class MalformedMapException extends Exception {

    private static final long serialVersionUID = 1L;

    /** {@code message} is one line for people, with line and key. */
    public MalformedMapException(String message) {
      super(message);
    }
  }
}
