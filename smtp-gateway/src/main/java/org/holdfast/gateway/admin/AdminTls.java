package org.holdfast.gateway.admin;

import io.javalin.http.Context;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.holdfast.gateway.tls.ServerTls;

/**
 * TLS of the admin listener, as the mail doors have it: the same versions, suites and files that
 * are read anew when they change. Thread-safe.
 */
final class AdminTls {

  private final ServerTls tls;

  AdminTls(ServerTls tls) {
    this.tls = tls;
  }

  ConnectionFactory[] connections(HttpConfiguration http) {
    // The certificate's names are not checked against SNI: who connects decides whom it trusts.
    http.addCustomizer(new SecureRequestCustomizer(false));
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    return new ConnectionFactory[] {
      new SslConnectionFactory(new Engines(tls), HttpVersion.HTTP_1_1.asString()), plain
    };
  }

  /** With {@code client-ca} everybody needs a certificate of one of those, whatever the token. */
  void clientIsKnown(Context ctx) {
    if (tls.asksForClients() && !isKnown(ctx)) {
      throw Problem.forbidden(
          "a client certificate of an authority in admin.tls.client-ca is needed");
    }
  }

  private boolean isKnown(Context ctx) {
    EndPoint.SslSessionData session =
        ServletContextRequest.getServletContextRequest(ctx.req())
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint()
            .getSslSessionData();
    return session != null && tls.verifiedClient(session.sslSession()).isPresent();
  }

  /** Hands out our engines instead of Jetty's own. */
  private static final class Engines extends SslContextFactory.Server {

    private final ServerTls tls;

    Engines(ServerTls tls) {
      this.tls = tls;
      setSslContext(unused());
    }

    /** Jetty wants one at its start, and asks it for nothing. */
    private static SSLContext unused() {
      try {
        return SSLContext.getDefault();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has TLS", e);
      }
    }

    @Override
    public SSLEngine newSSLEngine() {
      return tls.newEngine();
    }

    @Override
    public SSLEngine newSSLEngine(String host, int port) {
      return tls.newEngine();
    }

    @Override
    public SSLEngine newSSLEngine(InetSocketAddress client) {
      return tls.newEngine();
    }
  }
}
