package org.holdfast.gateway.conf;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A block of IP addresses, as {@code 10.0.0.0/8}, {@code ::1/128} or one address. Immutable.
 *
 * @param first its first address
 * @param prefix how many leading bits count: 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Network(InetAddress first, int prefix) {

  public Network {
    if (prefix < 0 || prefix > first.getAddress().length * 8) {
      throw new IllegalArgumentException("no prefix of 0 to " + first.getAddress().length * 8);
    }
    first = masked(first, prefix);
  }

  /**
   * Reads an address literal with or without {@code /PREFIX}; names are refused, and addresses in
   * the middle of their network: only a person knows which of the two was meant.
   */
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address;
    Network network;
    try {
      address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bits = address.getAddress().length * 8;
      network =
          new Network(address, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1), 10));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not an address or network such as 10.0.0.0/8: " + text, e);
    }
    if (!network.first().equals(address)) {
      throw new IllegalArgumentException(
          text + " is inside of a network: write " + network + ", or the address alone");
    }
    return network;
  }

  /** Is this address in the block? IPv4 and IPv6 never match each other. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == first.getAddress().length
        && masked(address, prefix).equals(first);
  }

  private static InetAddress masked(InetAddress address, int prefix) {
    byte[] octets = Arrays.copyOf(address.getAddress(), address.getAddress().length);
    for (int i = 0; i < octets.length; i++) {
      int kept = Math.clamp(prefix - i * 8L, 0, 8);
      octets[i] &= (byte) (0xFF << (8 - kept));
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + octets.length + " octets", e);
    }
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + prefix;
  }
}
