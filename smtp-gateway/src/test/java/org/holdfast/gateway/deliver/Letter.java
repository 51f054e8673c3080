package org.holdfast.gateway.deliver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.jspecify.annotations.Nullable;

/** Messages to send in tests. */
final class Letter {

  private Letter() {}

  static Envelope envelope(Map<String, String> parameters) {
    return new Envelope("q1", "sender@example.org", Instant.EPOCH, "test [127.0.0.1]", parameters);
  }

  static Envelope envelope() {
    return envelope(Map.of());
  }

  static List<Recipient> to(String... addresses) {
    return Arrays.stream(addresses).map(a -> new Recipient(a, a, a, Map.of())).toList();
  }

  static Content of(String text) {
    return new InMemory(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The same, but not lying in memory. */
  static Content streamed(byte[] octets) {
    return new Streamed(octets, octets.length);
  }

  /** One that says another size than it yields. */
  static Content lying(byte[] octets, long size) {
    return new Streamed(octets, size);
  }

  /** One whose file is gone: told when it is opened, or already when it is asked for its size. */
  static Content broken(boolean already) {
    return new Content() {
      @Override
      public long size() {
        if (already) {
          throw new IllegalStateException("gone");
        }
        return 100;
      }

      @Override
      public InputStream open() throws IOException {
        throw new IOException("gone");
      }
    };
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record InMemory(byte[] octets) implements Content {
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
      return ByteBuffer.wrap(octets).asReadOnlyBuffer();
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Streamed(byte[] octets, long size) implements Content {
    @Override
    public InputStream open() {
      return new ByteArrayInputStream(octets);
    }
  }
}
