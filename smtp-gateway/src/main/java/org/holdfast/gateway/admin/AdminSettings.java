package org.holdfast.gateway.admin;

import java.nio.file.Path;
import java.util.List;
import org.holdfast.gateway.tls.ServerTls;
import org.jspecify.annotations.Nullable;

/**
 * What the operator set for the admin API.
 *
 * @param host where to listen
 * @param port 0 to 65535; 0 takes any free one, see {@link AdminServer#port()}
 * @param hosts names by which it may be asked, beside addresses and localhost; in lower case
 * @param tls null: plain HTTP
 * @param tokens path of the tokens file, empty for none; see {@link Tokens}
 * @param data the data folder: {@code operator.token} stands here
 * @param node this gateway's name, shown to operators
 */
public record AdminSettings(
    String host,
    int port,
    List<String> hosts,
    @Nullable ServerTls tls,
    String tokens,
    Path data,
    String node) {

  public AdminSettings {
    hosts = List.copyOf(hosts);
  }

  /** Plain HTTP, for tests and trials on this machine. */
  public static AdminSettings plain(String host, int port, String tokens, Path data, String node) {
    return new AdminSettings(host, port, List.of(), null, tokens, data, node);
  }
}
