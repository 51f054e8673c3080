package org.holdfast.holdqueue.index;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.holdfast.holdqueue.Recipient;

/** How the parts of records are written: big-endian numbers, text as a length and UTF-8. */
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

  static DataInputStream in(byte[] octets) {
    return new DataInputStream(new ByteArrayInputStream(octets));
  }

  static void text(DataOutputStream out, String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(octets.length);
    out.write(octets);
  }

  static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  static void instant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  static Instant instant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  /** Sorted, so that the same message is always the same octets. */
  static void parameters(DataOutputStream out, Map<String, String> parameters) throws IOException {
    out.writeShort(parameters.size());
    for (Map.Entry<String, String> each : new TreeMap<>(parameters).entrySet()) {
      text(out, each.getKey());
      text(out, each.getValue());
    }
  }

  static Map<String, String> parameters(DataInputStream in) throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int left = in.readUnsignedShort(); left > 0; left--) {
      parameters.put(text(in), text(in));
    }
    return parameters;
  }

  static void recipient(DataOutputStream out, Recipient recipient) throws IOException {
    text(out, recipient.address());
    text(out, recipient.lane());
    text(out, recipient.original());
    parameters(out, recipient.parameters());
  }

  static Recipient recipient(DataInputStream in) throws IOException {
    return new Recipient(text(in), text(in), text(in), parameters(in));
  }
}
