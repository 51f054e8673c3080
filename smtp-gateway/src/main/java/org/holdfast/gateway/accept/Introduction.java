package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one XCLIENT command tells (Postfix's XCLIENT_README), checked. What it does not tell stays
 * as it was, but for the login, which lasts until the next XCLIENT. HELO and PROTO are checked and
 * not kept: the client says hello again, and that counts. Immutable.
 */
final class Introduction {

  static final List<String> ATTRIBUTES =
      List.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT");

  private final Map<String, String> told;
  private final @Nullable InetAddress address;
  private final @Nullable InetAddress destination;
  private final int port;
  private final int destinationPort;

  private Introduction(Map<String, String> told) throws Refusal {
    this.told = told;
    this.address = address("ADDR");
    this.destination = address("DESTADDR");
    this.port = port("PORT");
    this.destinationPort = port("DESTPORT");
    checkName();
    checkProtocol();
  }

  static Introduction parse(String argument) throws Refusal {
    return new Introduction(ClientAttributes.parse(argument, ATTRIBUTES));
  }

  /** It says that the client's address is not known. */
  boolean withoutAddress() {
    String value = told.get("ADDR");
    return value != null && ClientAttributes.isUnavailable(value);
  }

  InetSocketAddress address(InetSocketAddress before) {
    return replaced(before, address, port);
  }

  /** Our own address, as the client saw it. */
  InetSocketAddress destination(InetSocketAddress before) {
    return replaced(before, destination, destinationPort);
  }

  @Nullable String name(@Nullable String before) {
    String name = told.get("NAME");
    if (name == null) {
      return before;
    }
    return name.startsWith("[") ? null : name;
  }

  @Nullable String login() {
    String login = told.get("LOGIN");
    return login == null || ClientAttributes.isUnavailable(login) ? null : login;
  }

  /** A new address without a port has none. */
  private static InetSocketAddress replaced(
      InetSocketAddress before, @Nullable InetAddress address, int port) {
    if (address == null) {
      return port < 0 ? before : new InetSocketAddress(before.getAddress(), port);
    }
    return new InetSocketAddress(address, Math.max(port, 0));
  }

  private @Nullable InetAddress address(String attribute) throws Refusal {
    String value = told.get(attribute);
    return value == null || ClientAttributes.isUnavailable(value)
        ? null
        : ClientAttributes.address(attribute, value);
  }

  private int port(String attribute) throws Refusal {
    String value = told.get(attribute);
    if (value == null) {
      return -1;
    }
    return ClientAttributes.isUnavailable(value) ? 0 : ClientAttributes.port(attribute, value);
  }

  private void checkName() throws Refusal {
    String name = told.get("NAME");
    if (name != null
        && !ClientAttributes.isUnavailable(name)
        && !name.equalsIgnoreCase(ClientAttributes.TEMPORARILY_UNAVAILABLE)) {
      ClientAttributes.host("NAME", name);
    }
  }

  private void checkProtocol() throws Refusal {
    String protocol = told.getOrDefault("PROTO", "ESMTP");
    if (!List.of("SMTP", "ESMTP", "LMTP").contains(protocol.toUpperCase(java.util.Locale.ROOT))) {
      throw ClientAttributes.bad("PROTO");
    }
  }
}
