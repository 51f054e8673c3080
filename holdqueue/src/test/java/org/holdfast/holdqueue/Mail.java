package org.holdfast.holdqueue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages for tests. */
public final class Mail {

  private Mail() {}

  static Envelope envelope(String id) {
    return new Envelope(
        id,
        "sender@example.net",
        Instant.parse("2026-11-21T10:00:00Z"),
        "mx [192.0.2.1]",
        Map.of("BODY", "8BITMIME"));
  }

  static Recipient recipient(String address) {
    return new Recipient(address, address, address, Map.of());
  }

  static Held held(String address, Held.Entry entry) {
    return new Held(recipient(address), "imap5-6", entry, "being moved", null);
  }

  static Held waiting(String address) {
    return held(address, Held.Entry.WAITING);
  }

  public static Content content(String text) {
    return content(text.getBytes(StandardCharsets.UTF_8));
  }

  static Content content(byte[] octets) {
    return new Octets(octets, true);
  }

  /** The same octets, but only to be streamed. */
  static Content streamed(byte[] octets) {
    return new Octets(octets, false);
  }

  private static final class Octets implements Content {
    private final byte[] octets;
    private final boolean inMemory;

    Octets(byte[] octets, boolean inMemory) {
      this.octets = octets;
      this.inMemory = inMemory;
    }

    @Override
    public long size() {
      return octets.length;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(octets);
    }

    @Override
    public @Nullable ByteBuffer inMemory() {
      return inMemory ? ByteBuffer.wrap(octets).asReadOnlyBuffer() : null;
    }
  }
}
