package org.holdfast.gateway.conf;

import java.net.InetAddress;

/**
 * Where a listener binds: a host name or address literal (IPv6 without brackets) and a port of 0 to
 * 65535. Port 0 takes any free port; the ready line says which.
 */
public record Listen(String host, int port) {

  public Listen {
    if (host.isBlank() || port < 0 || port > 65535) {
      throw new IllegalArgumentException("not a HOST:PORT: " + host + ":" + port);
    }
  }

  /** Reads {@code host:port} or {@code [v6]:port}. */
  public static Listen parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException("not a HOST:PORT: " + text);
    }
    return new Listen(
        withoutBrackets(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
  }

  /**
   * Whether only this machine can reach it, as far as the text says: an address of 127.0.0.0/8,
   * {@code ::1} or {@code localhost}. Other names are not looked up.
   */
  public boolean isLoopback() {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static String withoutBrackets(String host) {
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return bracketed ? host.substring(1, host.length() - 1) : host;
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
