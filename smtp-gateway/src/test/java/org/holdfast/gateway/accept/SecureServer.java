package org.holdfast.gateway.accept;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.accept.Security.TlsListen;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.Pems;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.holdfast.gateway.tls.WatchedFiles;

/** What a test sets of a listener with TLS at both of its addresses. */
record SecureServer(
    Dialect dialect,
    List<String> allow,
    Path certificate,
    Path key,
    MinVersion minVersion,
    Optional<Path> clientCa,
    boolean requireTls,
    Optional<WatchedFiles<Accounts>> accounts,
    boolean loginRequired) {

  /** EC certificate, everybody of this machine, nobody logs in. */
  static SecureServer usual() {
    return new SecureServer(
        Dialect.SMTP,
        List.of("127.0.0.0/8"),
        Pems.of("ec.crt"),
        Pems.of("ec.key"),
        MinVersion.TLS_1_2,
        Optional.empty(),
        true,
        Optional.empty(),
        false);
  }

  SecureServer with(Dialect other) {
    return new SecureServer(
        other, allow, certificate, key, minVersion, clientCa, requireTls, accounts, loginRequired);
  }

  SecureServer allowing(String... networks) {
    return new SecureServer(
        dialect,
        List.of(networks),
        certificate,
        key,
        minVersion,
        clientCa,
        requireTls,
        accounts,
        loginRequired);
  }

  SecureServer with(Path otherCertificate, Path otherKey) {
    return new SecureServer(
        dialect,
        allow,
        otherCertificate,
        otherKey,
        minVersion,
        clientCa,
        requireTls,
        accounts,
        loginRequired);
  }

  SecureServer with(MinVersion other) {
    return new SecureServer(
        dialect, allow, certificate, key, other, clientCa, requireTls, accounts, loginRequired);
  }

  SecureServer withClientCa(Path file) {
    return new SecureServer(
        dialect,
        allow,
        certificate,
        key,
        minVersion,
        Optional.of(file),
        requireTls,
        accounts,
        loginRequired);
  }

  SecureServer withoutRequireTls() {
    return new SecureServer(
        dialect, allow, certificate, key, minVersion, clientCa, false, accounts, loginRequired);
  }

  SecureServer with(WatchedFiles<Accounts> some, boolean required) {
    return new SecureServer(
        dialect,
        allow,
        certificate,
        key,
        minVersion,
        clientCa,
        requireTls,
        Optional.of(some),
        required);
  }

  ListenerSettings settings(Path spool) {
    return settings(spool, Security.LOGIN_TIME);
  }

  ListenerSettings settings(Path spool, Duration loginTime) {
    ListenerSettings plain = RunningServer.settings(dialect, spool);
    return new ListenerSettings(
        dialect,
        plain.host(),
        plain.port(),
        plain.hostname(),
        allow,
        plain.maxMessageSize(),
        plain.maxRecipients(),
        plain.maxConnections(),
        plain.maxConnectionsPerClient(),
        plain.commandTimeout(),
        certificate,
        key,
        plain.memoryThreshold(),
        plain.memoryTotal(),
        spool,
        Introducers.NOBODY,
        new Security(
            Optional.of(new TlsListen("127.0.0.1", 0)),
            minVersion,
            clientCa,
            requireTls,
            accounts,
            loginRequired,
            Duration.ofMillis(1),
            loginTime),
        Rates.USUAL);
  }
}
