package org.holdfast.holdqueue.index;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.holdqueue.Outcome;
import org.holdfast.holdqueue.Recipient;

/**
 * How the parts of records are written: big-endian numbers, text as a length and UTF-8. {@link
 * WireReader} reads them.
 */
final class Wire {

  private Wire() {}

  /** Something that writes itself. */
  interface Part {
    void to(DataOutputStream out) throws IOException;
  }

  static byte[] octets(Part part) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream(512);
    try (DataOutputStream out = new DataOutputStream(octets)) {
      part.to(out);
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail", e);
    }
    return octets.toByteArray();
  }

  static void text(DataOutputStream out, String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(octets.length);
    out.write(octets);
  }

  static void instant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  /** Sorted, so that the same message is always the same octets. */
  static void parameters(DataOutputStream out, Map<String, String> parameters) throws IOException {
    out.writeShort(parameters.size());
    for (Map.Entry<String, String> each : new TreeMap<>(parameters).entrySet()) {
      text(out, each.getKey());
      text(out, each.getValue());
    }
  }

  static void where(DataOutputStream out, Outcome.Where where) throws IOException {
    text(out, where.nextHop());
    text(out, where.member());
  }

  static void recipient(DataOutputStream out, Recipient recipient) throws IOException {
    text(out, recipient.address());
    text(out, recipient.lane());
    text(out, recipient.original());
    parameters(out, recipient.parameters());
  }
}
