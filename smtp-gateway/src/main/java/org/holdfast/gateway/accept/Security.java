package org.holdfast.gateway.accept;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.holdfast.gateway.tls.WatchedFiles;

/**
 * Who clients are and how their connections are encrypted, at one listener.
 *
 * @param tlsListen a second address of the same listener, with TLS from the first octet on (RFC
 *     8314 section 3.3); needs a certificate
 * @param minVersion the lowest version of TLS
 * @param clientCa PEM file of authorities whose certificates tell who a client is
 * @param requireTls whether REQUIRETLS (RFC 8689) is offered inside TLS
 * @param accounts who may log in by AUTH; empty: AUTH is not offered
 * @param loginRequired whether clients of {@code allow} must log in too
 * @param failureDelay how long the answer to a failed login waits
 * @param loginTime how long a client that must log in may take for it
 */
public record Security(
    Optional<TlsListen> tlsListen,
    MinVersion minVersion,
    Optional<Path> clientCa,
    boolean requireTls,
    Optional<WatchedFiles<Accounts>> accounts,
    boolean loginRequired,
    Duration failureDelay,
    Duration loginTime) {

  /** Between a failed login and its answer, so that guessing takes long. */
  public static final Duration FAILURE_DELAY = Duration.ofSeconds(1);

  /** Strangers may connect where somebody can log in; but not sit there. */
  public static final Duration LOGIN_TIME = Duration.ofMinutes(1);

  /** STARTTLS if there is a certificate, and nothing else. */
  public static final Security USUAL =
      new Security(
          Optional.empty(),
          MinVersion.TLS_1_2,
          Optional.empty(),
          true,
          Optional.empty(),
          false,
          FAILURE_DELAY,
          LOGIN_TIME);

  /**
   * An address to listen on.
   *
   * @param port 0 for any free one
   */
  public record TlsListen(String host, int port) {}

  /** Whether a client can show who it is, so that one outside of {@code allow} may come in. */
  boolean knowsClients() {
    return accounts.isPresent() || clientCa.isPresent();
  }
}
