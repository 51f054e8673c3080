package org.holdfast.gateway.accept;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sets for one listener.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param hostname our name in the banner, in replies and in {@code Received:}
 * @param allow networks that may connect, as {@code 192.0.2.0/24}, {@code 2001:db8::/32} or single
 *     addresses
 * @param maxMessageSize octets of a message as the client sends it, without dot-stuffing
 * @param maxRecipients accepted recipients of one message
 * @param maxConnections open at the same time, from everybody
 * @param maxConnectionsPerClient open at the same time, from one IPv4 address or IPv6 /64
 * @param commandTimeout how long a client may take for one command, and be silent in a message
 * @param certificate PEM file with the chain; null for no STARTTLS
 * @param key PEM file with the private key (PKCS#8); null for no STARTTLS
 * @param memoryThreshold octets of one body kept in memory; a larger one goes to a temporary file
 * @param memoryTotal octets of all bodies kept in memory; above it even small ones go to a file
 * @param spool existing directory for the temporary files of large bodies; only one process uses it
 * @param introducers whose word about who the client is counts
 * @param security who clients are, and how their connections are encrypted
 * @param rates what one client may do in a minute
 */
public record ListenerSettings(
    Dialect dialect,
    String host,
    int port,
    String hostname,
    List<String> allow,
    long maxMessageSize,
    int maxRecipients,
    int maxConnections,
    int maxConnectionsPerClient,
    Duration commandTimeout,
    @Nullable Path certificate,
    @Nullable Path key,
    int memoryThreshold,
    long memoryTotal,
    Path spool,
    Introducers introducers,
    Security security,
    Rates rates) {

  public ListenerSettings {
    allow = List.copyOf(allow);
  }

  /**
   * What can be changed while a listener runs; it counts for clients that come then.
   *
   * @param allow as {@link ListenerSettings#allow}
   * @param xclient as {@link Introducers#xclient}
   * @param maxConnectionsPerClient as {@link ListenerSettings#maxConnectionsPerClient}
   * @param commandTimeout as {@link ListenerSettings#commandTimeout}
   * @param rates as {@link ListenerSettings#rates}
   */
  public record Live(
      List<String> allow,
      List<String> xclient,
      int maxConnectionsPerClient,
      Duration commandTimeout,
      Rates rates) {}

  /** These with what can be changed. */
  ListenerSettings with(Live live) {
    return new ListenerSettings(
        dialect,
        host,
        port,
        hostname,
        live.allow(),
        maxMessageSize,
        maxRecipients,
        maxConnections,
        live.maxConnectionsPerClient(),
        live.commandTimeout(),
        certificate,
        key,
        memoryThreshold,
        memoryTotal,
        spool,
        new Introducers(introducers.proxies(), live.xclient()),
        security,
        live.rates());
  }
}
