package org.holdfast.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of TLS at one door: makes the handler of each new connection from the
 * certificate as it is now (RFC 8446, RFC 5246, suites by RFC 9325). Connections that are open keep
 * what they began with. Thread-safe.
 */
public final class ServerTls {

  /** How long a client may take for its handshake; then the connection is closed. */
  public static final Duration HANDSHAKE_TIME = Duration.ofSeconds(30);

  /** How often the files are looked at. */
  public static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);

  /** A certificate that ends within this time is warned of, once in {@link #WARN_INTERVAL}. */
  static final Duration ENDS_SOON = Duration.ofDays(14);

  static final Duration WARN_INTERVAL = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(ServerTls.class);

  /** Sessions of TLS 1.2 that may be resumed; those of 1.3 are kept by the client. */
  private static final int SESSIONS = 10_000;

  /** All with forward secrecy and AEAD; the server chooses, strongest first. */
  private static final List<String> SUITES =
      List.of(
          "TLS_AES_256_GCM_SHA384",
          "TLS_AES_128_GCM_SHA256",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  /** A client that asks for a new handshake inside TLS 1.2 costs us more than itself. */
  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  static {
    if (System.getProperty(NO_RENEGOTIATION) == null) {
      System.setProperty(NO_RENEGOTIATION, "true"); // before the JDK's TLS is loaded
    }
  }

  /** The lowest version that is spoken. */
  public enum MinVersion {
    TLS_1_2,
    TLS_1_3;

    /** The version that is written {@code 1.2} or {@code 1.3}. */
    public static MinVersion of(String text) {
      return text.equals("1.3") ? TLS_1_3 : TLS_1_2;
    }

    List<String> versions() {
      return this == TLS_1_2 ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3");
    }
  }

  /** What the files make together. */
  private record Loaded(
      SslContext context, Instant notAfter, Optional<ClientAuthorities> authorities) {}

  private final String name;
  private final Path certificate;
  private final Path key;
  private final MinVersion minVersion;
  private final Optional<Path> clientCa;
  private final InstantSource clock;
  private final WatchedFiles<Loaded> files;
  private volatile Instant warnedAt = Instant.MIN;

  /**
   * Reads the files.
   *
   * @param name of the door, for the log
   * @param clientCa PEM file of authorities whose certificates tell who a client is; empty: none is
   *     asked for
   * @throws IOException naming the file and what is wrong with it
   */
  public ServerTls(
      String name,
      Path certificate,
      Path key,
      MinVersion minVersion,
      Optional<Path> clientCa,
      InstantSource clock)
      throws IOException {
    this.name = name;
    this.certificate = certificate;
    this.key = key;
    this.minVersion = minVersion;
    this.clientCa = clientCa;
    this.clock = clock;
    List<Path> watched = new ArrayList<>(List.of(certificate, key));
    clientCa.ifPresent(watched::add);
    this.files = new WatchedFiles<>(name + ".tls: certificate", watched, this::load);
    warnOfEnd();
  }

  /** For one connection that begins now. */
  public SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = files.current().context().newHandler(allocator);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIME.toMillis());
    serverChooses(handler.engine());
    return handler;
  }

  /** The same for a server that is not Netty's. */
  public SSLEngine newEngine() {
    return serverChooses(files.current().context().newEngine(UnpooledByteBufAllocator.DEFAULT));
  }

  private static SSLEngine serverChooses(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setUseCipherSuitesOrder(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Why the files as they are now are not in use; empty while they are. */
  public Optional<String> trouble() {
    return files.trouble();
  }

  /** Hears when the files have changed; one listener, set before anybody looks. */
  public void onChange(WatchedFiles.Listener told) {
    files.onChange(told);
  }

  /** When the certificate in use ends. */
  public Instant notAfter() {
    return files.current().notAfter();
  }

  /**
   * The client that a certificate vouched for in this session; empty for none. To be asked after
   * the handshake.
   */
  public Optional<String> verifiedClient(SSLSession session) {
    return files.current().authorities().flatMap(judges -> judges.clientOf(session));
  }

  /** Whether clients are asked for a certificate. */
  public boolean asksForClients() {
    return clientCa.isPresent();
  }

  /** Looks at the files and at the calendar. Blocks on files. */
  public void look() {
    files.look();
    warnOfEnd();
  }

  /** Whole days until the certificate in use ends, rounded down; negative when it has ended. */
  public long daysLeft() {
    return Math.floorDiv(left().toSeconds(), Duration.ofDays(1).toSeconds());
  }

  private Duration left() {
    return Duration.between(clock.instant(), files.current().notAfter());
  }

  private void warnOfEnd() {
    Instant now = clock.instant();
    if (left().compareTo(ENDS_SOON) > 0 || now.isBefore(nextWarning())) {
      return;
    }
    warnedAt = now;
    log.warn(
        "{}.tls: the certificate in {} {} at {}",
        name,
        certificate,
        left().isPositive() ? "ends" : "has ended",
        files.current().notAfter());
  }

  private Instant nextWarning() {
    return warnedAt.equals(Instant.MIN) ? warnedAt : warnedAt.plus(WARN_INTERVAL);
  }

  private Loaded load() throws IOException {
    Credentials ours = Credentials.read(certificate, key);
    SslContextBuilder builder =
        SslContextBuilder.forServer(ours.key(), ours.chain())
            .sslProvider(SslProvider.JDK)
            .protocols(minVersion.versions())
            .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
            .sessionCacheSize(SESSIONS);
    Optional<ClientAuthorities> authorities = Optional.empty();
    if (clientCa.isPresent()) {
      ClientAuthorities asked = new ClientAuthorities(Credentials.authorities(clientCa.get()));
      builder.trustManager(asked.letsPass()).clientAuth(ClientAuth.OPTIONAL);
      authorities = Optional.of(asked);
    }
    return new Loaded(builder.build(), ours.notAfter(), authorities);
  }
}
