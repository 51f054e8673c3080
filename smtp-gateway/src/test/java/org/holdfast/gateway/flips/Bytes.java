package org.holdfast.gateway.flips;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.holdfast.gateway.path.Inbound;

/** A small message. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Bytes(byte[] octets) implements Inbound.Body {

  static Bytes of(String id) {
    return new Bytes(("Subject: " + id + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
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
  public Inbound.Body retain() {
    return this;
  }

  @Override
  public void release() {}
}
