package org.holdfast.gateway.accept;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.holdfast.gateway.tls.Credentials;
import org.jspecify.annotations.Nullable;

/** The client's side of TLS: believes every certificate, and may show one of its own. */
final class TlsClient {

  private static final char[] NO_PASSWORD = {};

  private TlsClient() {}

  /** A client that goes on inside TLS after STARTTLS was answered. */
  static Client upgraded(Client client, String... versions) throws Exception {
    return over(client.socket(), null, versions);
  }

  /** TLS from the first octet on; the banner is not read yet. */
  static Client connected(InetSocketAddress server, String... versions) throws Exception {
    return over(plain(server), null, versions);
  }

  /** The same, and the client shows who it is. */
  static Client connected(InetSocketAddress server, Path certificate, Path key) throws Exception {
    return over(plain(server), Credentials.read(certificate, key));
  }

  /** The certificate that the server has shown. */
  static X509Certificate shown(Client client) throws IOException {
    return (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
  }

  private static Socket plain(InetSocketAddress server) throws IOException {
    return new Socket(server.getAddress(), server.getPort());
  }

  private static Client over(Socket socket, @Nullable Credentials own, String... versions)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(own), new TrustManager[] {new TrustEverybody()}, new SecureRandom());
    SSLSocket secure =
        (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 0, true);
    if (versions.length > 0) {
      secure.setEnabledProtocols(versions);
    }
    secure.startHandshake();
    return new Client(secure);
  }

  private static KeyManager @Nullable [] keys(@Nullable Credentials own) throws Exception {
    if (own == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("own", own.key(), NO_PASSWORD, own.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static final class TrustEverybody implements X509TrustManager {

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
