package org.holdfast.gateway.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** A certificate with its chain, ours first, and the private key that belongs to it. Immutable. */
public record Credentials(List<X509Certificate> chain, PrivateKey key) {

  private static final byte[] PROBE = new byte[32];

  public Credentials {
    chain = List.copyOf(chain);
  }

  /**
   * Reads and checks both files; they may be the same one.
   *
   * @throws IOException naming the file and what is wrong: not readable, no certificate, an
   *     encrypted or broken key, a key that belongs to another certificate
   */
  public static Credentials read(Path certificate, Path key) throws IOException {
    List<X509Certificate> chain = PemFile.read(certificate).certificates();
    PrivateKey secret = PrivateKeys.of(PemFile.read(key));
    if (!belong(secret, chain.getFirst().getPublicKey())) {
      throw new IOException(
          key
              + ": the key does not belong to the certificate in "
              + certificate
              + " (the server's own certificate must stand first)");
    }
    return new Credentials(chain, secret);
  }

  /**
   * The certificates of a file of certificate authorities.
   *
   * @throws IOException naming the file and what is wrong with it
   */
  public static List<X509Certificate> authorities(Path file) throws IOException {
    return PemFile.read(file).certificates();
  }

  /** When the first certificate of the chain to end does so. */
  public Instant notAfter() {
    return chain.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  /** Signs something with the one and asks the other. */
  private static boolean belong(PrivateKey secret, PublicKey open) {
    try {
      Signature signature = Signature.getInstance(algorithm(secret));
      signature.initSign(secret);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a key of another algorithm
    }
  }

  private static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm().toUpperCase(Locale.ROOT)) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }
}
