package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.holdfast.gateway.tls.Credentials;

/** TLS that believes the certificates of one PEM file, and no other authority. */
final class Trust {

  private Trust() {}

  /**
   * Reads the file.
   *
   * @throws IOException naming it and what is wrong with it
   */
  static SSLContext in(Path file) throws IOException {
    List<X509Certificate> authorities = Credentials.authorities(file);
    try {
      KeyStore believed = KeyStore.getInstance(KeyStore.getDefaultType());
      believed.load(null, null);
      for (X509Certificate authority : authorities) {
        believed.setCertificateEntry("ca" + believed.size(), authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(believed);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + ": cannot be used to check certificates: " + e.getMessage(), e);
    }
  }
}
