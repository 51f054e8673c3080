package org.holdfast.gateway.accept;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Who counts as one client: an IPv4 address, or an IPv6 /64, which is what one customer or one
 * network gets (RFC 6177), so that nobody is 2^64 clients. Link-local addresses are one client.
 */
final class ClientKey {

  /** Marks IPv4: as a prefix it would be in 0000::/8, which nobody has (RFC 4291). */
  private static final long IPV4 = 0x0000_FFFF_0000_0000L;

  private ClientKey() {}

  static long of(InetAddress client) {
    ByteBuffer octets = ByteBuffer.wrap(client.getAddress());
    return client instanceof Inet4Address
        ? IPV4 | Integer.toUnsignedLong(octets.getInt())
        : octets.getLong();
  }
}
