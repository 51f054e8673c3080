package org.holdfast.gateway.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * The authorities whose certificates tell who a client is. A handshake never fails for a
 * certificate: many servers send the one they have, whoever asks; it then proves nothing.
 * Immutable.
 */
final class ClientAuthorities {

  private static final int DNS_NAME = 2;
  private static final String KEY_TYPE_IS_NOT_ASKED = "UNKNOWN";

  private final X509TrustManager judge;

  ClientAuthorities(List<X509Certificate> authorities) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("ca" + i, authorities.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      judge = (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates of the authorities cannot be used: " + e, e);
    }
  }

  /** Names the authorities to clients, and lets every handshake pass. */
  TrustManager letsPass() {
    return new LetsPass(judge);
  }

  /**
   * Who the client is: the first DNS name of its certificate, else its common name; empty when it
   * sent none, or none that these authorities vouch for.
   */
  Optional<String> clientOf(SSLSession session) {
    try {
      if (!(session.getPeerCertificates() instanceof X509Certificate[] chain)) {
        return Optional.empty();
      }
      judge.checkClientTrusted(chain, KEY_TYPE_IS_NOT_ASKED);
      return name(chain[0]);
    } catch (SSLPeerUnverifiedException | CertificateException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> name(X509Certificate certificate) throws CertificateException {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (name.getFirst() instanceof Integer type && type == DNS_NAME) {
          return Optional.of(name.get(1).toString());
        }
      }
    }
    return commonName(certificate);
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .map(Object::toString)
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  private static final class LetsPass extends X509ExtendedTrustManager {

    private final X509TrustManager judge;

    LetsPass(X509TrustManager judge) {
      this.judge = judge;
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return judge.getAcceptedIssuers();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("this is a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("this is a server");
    }
  }
}
