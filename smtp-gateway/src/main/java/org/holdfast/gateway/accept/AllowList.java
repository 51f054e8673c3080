package org.holdfast.gateway.accept;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The networks that may connect. Immutable. */
final class AllowList {

  private final List<IpSubnetFilterRule> rules = new ArrayList<>();

  /**
   * Reads networks such as {@code 127.0.0.0/8} or single addresses.
   *
   * @throws IllegalArgumentException naming the entry that is neither
   */
  AllowList(List<String> networks) {
    for (String network : networks) {
      rules.add(rule(network.trim()));
    }
  }

  /** An IPv4 address mapped into IPv6 counts as the IPv4 address. */
  boolean allows(InetAddress client) {
    InetSocketAddress address = new InetSocketAddress(client, 0);
    for (IpSubnetFilterRule rule : rules) {
      if (rule.matches(address)) {
        return true;
      }
    }
    return false;
  }

  private static IpSubnetFilterRule rule(String network) {
    int slash = network.indexOf('/');
    String address = slash < 0 ? network : network.substring(0, slash);
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(address);
    if (octets == null) {
      throw new IllegalArgumentException("not a network: " + network);
    }
    try {
      int bits = slash < 0 ? octets.length * 8 : Integer.parseInt(network.substring(slash + 1));
      return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a network: " + network, e);
    }
  }
}
