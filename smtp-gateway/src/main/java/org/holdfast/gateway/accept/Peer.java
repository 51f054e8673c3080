package org.holdfast.gateway.accept;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a conversation, as far as we know: the socket says it first, a PROXY
 * header may replace that, and XCLIENT replaces it again. Belongs to the conversation's event loop.
 */
final class Peer {

  static final String UNKNOWN = "unknown";

  private final InetSocketAddress connected;
  private InetSocketAddress address;
  private InetSocketAddress local;
  private @Nullable String helo;
  private @Nullable String reverseName;
  private @Nullable String login;
  private Map<String, String> forwarded = Map.of();

  /**
   * A peer as the socket, or a PROXY header, tells it.
   *
   * @param address its address and port
   * @param local ours
   */
  Peer(InetSocketAddress address, InetSocketAddress local) {
    this.connected = address;
    this.address = address;
    this.local = local;
  }

  /** Whose connection it is: after a PROXY header, before any XCLIENT. */
  InetAddress connected() {
    return connected.getAddress();
  }

  InetSocketAddress socket() {
    return address;
  }

  InetSocketAddress local() {
    return local;
  }

  InetAddress address() {
    return address.getAddress();
  }

  /** XCLIENT told who the client is. */
  void introduced(Introduction told) {
    address = told.address(address);
    local = told.destination(local);
    reverseName = told.name(reverseName);
    login = told.login();
  }

  /** The name after HELO, EHLO or LHLO. */
  void saidHello(String name) {
    helo = name;
  }

  /** RFC 3207 section 4.2, and a new beginning after XCLIENT. */
  void forgetHello() {
    helo = null;
  }

  /** The name it gave itself; {@link #UNKNOWN} before that. */
  String helo() {
    String name = helo;
    return name == null ? UNKNOWN : name;
  }

  /** Its name by reverse lookup; null unless somebody told us: we look nothing up. */
  @Nullable String reverseName() {
    return reverseName;
  }

  /** As whom it has logged in; null: as nobody. */
  @Nullable String login() {
    return login;
  }

  /** It has proved who it is; null: that counts no more. */
  void loggedIn(@Nullable String name) {
    login = name;
  }

  /** What XFORWARD told of the client behind this one, upper-case names. For logs only. */
  Map<String, String> forwarded() {
    return forwarded;
  }

  void forwarded(Map<String, String> told) {
    forwarded = told;
  }

  /** As an address literal (RFC 5321 section 4.1.3). */
  String literal() {
    String text = addressText();
    return text.indexOf(':') < 0 ? "[" + text + "]" : "[IPv6:" + text + "]";
  }

  /** As people read it: the name it gave and its address. */
  String text() {
    return helo() + " [" + addressText() + "]";
  }

  /** As Postfix logs it: reverse name and address. */
  String logged() {
    String name = reverseName;
    return (name == null ? UNKNOWN : name) + "[" + addressText() + "]";
  }

  /** Without the zone of a link-local address (RFC 4007), which means nothing elsewhere. */
  private String addressText() {
    String text = address().getHostAddress();
    int zone = text.indexOf('%');
    return zone < 0 ? text : text.substring(0, zone);
  }
}
