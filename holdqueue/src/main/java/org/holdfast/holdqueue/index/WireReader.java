package org.holdfast.holdqueue.index;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.log.DamagedRecordException;

/** Reads what {@link Wire} wrote, from memory. One thread. */
final class WireReader {

  private final byte[] octets;
  private final ByteBuffer in;

  private WireReader(byte[] octets) {
    this.octets = octets;
    this.in = ByteBuffer.wrap(octets);
  }

  /** Makes something of fields. */
  interface Reading<T> {
    T of(WireReader in) throws DamagedRecordException;
  }

  /**
   * Reads these octets.
   *
   * @throws DamagedRecordException they end too soon, or hold what no field can be
   */
  static <T> T read(byte[] octets, long position, Reading<T> reading)
      throws DamagedRecordException {
    try {
      return reading.of(new WireReader(octets));
    } catch (BufferUnderflowException | DateTimeException | IllegalArgumentException e) {
      throw new DamagedRecordException("the record at " + position + " makes no sense: " + e);
    }
  }

  void skip(int count) {
    in.position(in.position() + count);
  }

  int octet() {
    return in.get() & 0xFF;
  }

  int shortNumber() {
    return in.getShort() & 0xFFFF;
  }

  int number() {
    return in.getInt();
  }

  long longNumber() {
    return in.getLong();
  }

  String text() {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    String text = new String(octets, in.position(), length, StandardCharsets.UTF_8);
    skip(length);
    return text;
  }

  Instant instant() {
    return Instant.ofEpochSecond(in.getLong(), in.getInt());
  }

  Map<String, String> parameters() {
    int count = shortNumber();
    if (count == 0) {
      return Map.of();
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int left = count; left > 0; left--) {
      parameters.put(text(), text());
    }
    return parameters;
  }

  Outcome.Where where() {
    return new Outcome.Where(text(), text());
  }

  Recipient recipient() {
    return new Recipient(text(), text(), text(), parameters());
  }
}
