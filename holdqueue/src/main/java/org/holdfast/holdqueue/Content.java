package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The octets of one message: header section, empty line, body, as RFC 5322 with CRLF line ends and
 * without dot-stuffing.
 *
 * <p>Can be read many times and from any thread. Whoever made it decides how long it lives.
 */
public interface Content {

  /** Number of octets that {@link #open} yields. */
  long size();

  /** A new reader from the first octet; the caller closes it. */
  InputStream open() throws IOException;

  /**
   * All octets as a read-only view when they lie in memory already, else null: then {@link #open}
   * streams them.
   */
  default @Nullable ByteBuffer inMemory() {
    return null;
  }
}
