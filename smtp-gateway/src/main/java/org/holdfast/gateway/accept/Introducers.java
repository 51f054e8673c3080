package org.holdfast.gateway.accept;

import java.util.List;

/**
 * Whose word about who the client is counts. Networks as in {@link ListenerSettings#allow}.
 *
 * @param proxies must send a PROXY header before anything else
 * @param xclient may use XCLIENT and XFORWARD
 */
public record Introducers(List<String> proxies, List<String> xclient) {

  /** Nobody's. */
  public static final Introducers NOBODY = new Introducers(List.of(), List.of());

  public Introducers {
    proxies = List.copyOf(proxies);
    xclient = List.copyOf(xclient);
  }
}
