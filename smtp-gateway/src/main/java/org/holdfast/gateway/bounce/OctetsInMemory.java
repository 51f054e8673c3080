package org.holdfast.gateway.bounce;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.holdfast.holdqueue.Content;

/** A small message of our own. */
final class OctetsInMemory implements Content {

  private final byte[] octets;

  OctetsInMemory(byte[] octets) {
    this.octets = octets;
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
  public ByteBuffer inMemory() {
    return ByteBuffer.wrap(octets).asReadOnlyBuffer();
  }
}
