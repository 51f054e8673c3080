package org.holdfast.gateway.simulation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.holdqueue.Content;
import org.jspecify.annotations.Nullable;

/** A message's octets, which its id and size fix. Some stream, some lie in memory. */
final class SimulatedBody implements Inbound.Body {

  private final World world;
  private final byte[] octets;
  private final boolean streams;

  /** Who still reads it; it must not be read when nobody does. */
  private int readers = 1;

  SimulatedBody(World world, String id, int size, boolean streams) {
    this.world = world;
    this.octets = octets(id, size);
    this.streams = streams;
  }

  private static byte[] octets(String id, int size) {
    byte[] head = ("X-Holdfast-Id: " + id + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] octets = Arrays.copyOf(head, Math.max(head.length, size));
    for (int i = head.length; i < octets.length; i++) {
      octets[i] = (byte) ('a' + (i + id.hashCode() & 0xF));
    }
    return octets;
  }

  /** Whether this is what was sent under this id. */
  static boolean isWhole(String id, Content content) {
    try (InputStream in = content.open()) {
      byte[] read = in.readAllBytes();
      return read.length == content.size() && Arrays.equals(read, octets(id, read.length));
    } catch (IOException e) {
      return false;
    }
  }

  boolean isReleased() {
    return readers == 0;
  }

  private void mustBeHeld() {
    if (readers <= 0) {
      throw world.breaks("ContentIsWhole", "a content is used after it was released");
    }
  }

  @Override
  public long size() {
    return octets.length;
  }

  @Override
  public InputStream open() {
    mustBeHeld();
    return new ByteArrayInputStream(octets);
  }

  @Override
  public @Nullable ByteBuffer inMemory() {
    mustBeHeld();
    return streams ? null : ByteBuffer.wrap(octets).asReadOnlyBuffer();
  }

  @Override
  public Inbound.Body retain() {
    mustBeHeld();
    readers++;
    return this;
  }

  @Override
  public void release() {
    mustBeHeld();
    readers--;
  }
}
